/* Answers its input with the bytes in reverse order. See wasmactors.h for how to compile and deploy it. */
#include "wasmactors.h"

WASMACTORS_EXPORT(reverse)(unsigned char *input, size_t length)
{
    for (size_t i = 0; i < length / 2; i++) {
        unsigned char first = input[i];
        input[i] = input[length - 1 - i];
        input[length - 1 - i] = first;
    }

    return wasmactors_output(input, length);
}
