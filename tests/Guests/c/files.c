// files PATH: prints the file's content. files PATH TEXT: makes TEXT the file's content.
// A failure is told on standard error, with status 2.
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int fail(const char *path) {
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return 2;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fputs("usage: files PATH [TEXT]\n", stderr);
        return 1;
    }
    const char *path = argv[1];
    FILE *file = fopen(path, argc > 2 ? "w" : "r");
    if (!file) return fail(path);
    if (argc > 2) {
        if (fputs(argv[2], file) < 0 || fclose(file) != 0) return fail(path);
        return 0;
    }
    static char buffer[4096];
    size_t got;
    while ((got = fread(buffer, 1, sizeof buffer, file)) > 0) fwrite(buffer, 1, got, stdout);
    return ferror(file) ? fail(path) : 0;
}
