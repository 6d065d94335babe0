// Answers its input with the bytes in reverse order. See wasmactors.ts for how to compile and deploy it.
import { take, give } from "./wasmactors";
export { wasmactors_alloc, wasmactors_free } from "./wasmactors";

export function reverse(address: usize, length: i32): u64 {
  return give(take(address, length).reverse());
}
