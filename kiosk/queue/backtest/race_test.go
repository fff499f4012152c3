//go:build race

package main

// raced says that the race detector watches: a fortnight then takes minutes.
const raced = true
