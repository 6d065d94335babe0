// Copies standard input to standard output.
#include <unistd.h>

int main(void) {
    static char buffer[4096];
    ssize_t got;
    while ((got = read(0, buffer, sizeof buffer)) > 0) {
        for (ssize_t at = 0; at < got;) {
            ssize_t put = write(1, buffer + at, got - at);
            if (put < 0) return 2;
            at += put;
        }
    }
    return got < 0 ? 1 : 0;
}
