// Never ends by itself.
int main(void) {
    for (volatile unsigned turns = 0;; turns++) {}
}
