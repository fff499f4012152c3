// The compiler takes functions without a body, which the linker finds elsewhere, when there is an assembly file.
