// The bytes convention of WasmActors for guests in AssemblyScript, see docs/functions.md.
//
//   import { take, give } from "./wasmactors";
//   export { wasmactors_alloc, wasmactors_free } from "./wasmactors";
//
//   export function reverse(address: usize, length: i32): u64 {
//     return give(take(address, length).reverse());
//   }
//
// asc reverse.ts --outFile reverse.wasm --optimize --runtime incremental --use abort=

/** Room for the host's input. */
export function wasmactors_alloc(length: i32): usize {
  return heap.alloc(length);
}

/** The host has copied an output. */
export function wasmactors_free(address: usize, length: i32): void {
  heap.free(address);
}

/** The call's input; its room is given back. */
export function take(address: usize, length: i32): Uint8Array {
  const bytes = new Uint8Array(length);
  if (length > 0) {
    memory.copy(bytes.dataStart, address, length);
    heap.free(address);
  }
  return bytes;
}

/** The call's output: address in the upper half, length in the lower. */
export function give(bytes: Uint8Array): u64 {
  if (bytes.length == 0) return 0;
  const room = heap.alloc(bytes.length);
  memory.copy(room, bytes.dataStart, bytes.length);
  return ((room as u64) << 32) | (bytes.length as u64);
}

// @ts-ignore: decorator
@external("wasmactors", "call")
declare function send(name: usize, nameLength: i32, key: usize, keyLength: i32, exportName: usize, exportLength: i32, input: usize, inputLength: i32): u64;

/** Calls a deployed function of bytes, or a WASI program with its standard input; an empty key for one that is not keyed. Needs the grant of the imports
 * "functions". A failure throws, with its code. */
export function call(name: string, key: string, exportName: string, input: Uint8Array): Uint8Array {
  const n = String.UTF8.encode(name);
  const k = String.UTF8.encode(key);
  const e = String.UTF8.encode(exportName);
  const answer = send(changetype<usize>(n), n.byteLength, changetype<usize>(k), k.byteLength, changetype<usize>(e), e.byteLength, input.dataStart, input.length);
  const output = take(<usize>(answer >> 32), <i32>(answer & 0x7fffffff));
  if ((answer & 0x80000000) != 0) throw new Error(String.UTF8.decode(output.buffer));
  return output;
}
