// A library for GuestKind.Reactor: its exports work only after _initialize has run the constructor.
#include <ctype.h>
#include <stdlib.h>

#define EXPORT(name) __attribute__((export_name(#name)))

static volatile int constructed;  // volatile, or clang would run the constructor itself

__attribute__((constructor)) static void construct(void) { constructed++; }

EXPORT(constructed) int get_constructed(void) { return constructed; }

EXPORT(add) int add(int a, int b) { return a + b; }

EXPORT(alloc) void *alloc(int size) { return malloc(size); }

EXPORT(release) void release(void *memory) { free(memory); }

// Upper-cases the ASCII letters of a text in place; answers how many letters changed.
EXPORT(upper) int upper(char *text, int length) {
    int changed = 0;
    for (int i = 0; i < length; i++) {
        char was = text[i];
        text[i] = (char)toupper((unsigned char)was);
        changed += text[i] != was;
    }
    return changed;
}
