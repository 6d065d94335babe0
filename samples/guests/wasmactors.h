/* The bytes convention of WasmActors for guests in C, see docs/functions.md.
 *
 *   #include "wasmactors.h"
 *
 *   WASMACTORS_EXPORT(reverse)(unsigned char *input, size_t length)
 *   {
 *       unsigned char *output = malloc(length);
 *       for (size_t i = 0; i < length; i++)
 *           output[i] = input[length - 1 - i];
 *       free(input);
 *       return wasmactors_output(output, length);
 *   }
 *
 * clang --target=wasm32-wasi -O2 -mexec-model=reactor reverse.c -o reverse.wasm
 *
 * Include it in one file of a program. The input is malloc'ed and the function's own: it frees it, or returns it as its output.
 * The output must be malloc'ed too: the host copies it and then frees it. Empty input comes as a null pointer.
 */
#ifndef WASMACTORS_H
#define WASMACTORS_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Address in the upper half, length in the lower. */
typedef uint64_t wasmactors_bytes;

#define WASMACTORS_EXPORT(name) __attribute__((export_name(#name))) wasmactors_bytes name

static inline wasmactors_bytes wasmactors_output(const void *bytes, size_t length)
{
    return (uint64_t)(uintptr_t)bytes << 32 | (uint32_t)length;
}

__attribute__((export_name("wasmactors_alloc"))) void *wasmactors_alloc(size_t length)
{
    void *room = malloc(length);
    if (room == NULL)
        __builtin_trap(); /* the call fails; nothing is written */
    return room;
}

__attribute__((export_name("wasmactors_free"))) void wasmactors_free(void *bytes, size_t length)
{
    (void)length;
    free(bytes);
}

/* Calls a deployed function of bytes, or a WASI program with its standard input. Needs the grant of the imports "functions". A function that is
 * not keyed has a key_length of 0. What comes back is the caller's to free: the output, or where wasmactors_failed says so, a text that begins with
 * the failure's code. */
__attribute__((import_module("wasmactors"), import_name("call"))) wasmactors_bytes wasmactors_call(
    const char *name, size_t name_length, const char *key, size_t key_length,
    const char *export_name, size_t export_length, const void *input, size_t input_length);

static inline int wasmactors_failed(wasmactors_bytes answer)
{
    return (uint32_t)answer >> 31;
}

static inline void *wasmactors_address(wasmactors_bytes answer)
{
    return (void *)(uintptr_t)(answer >> 32);
}

static inline size_t wasmactors_length(wasmactors_bytes answer)
{
    return (uint32_t)answer & 0x7fffffff;
}

#endif
