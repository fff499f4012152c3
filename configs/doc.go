// Package configs is the configuration file of each program: its schema as Go structs, a strict reader, and
// commented examples beside it (*.example.yaml).
//
// The reader refuses what it does not understand: an unknown key, a wrong type, a missing value. Each problem is
// reported with file, line, column and what was expected, all problems of a file at once.
//
// It is a leaf: it imports nothing else of this module but internal/record for the spelling of names, and each
// program's main maps what it returns into the Options of its parts.
package configs
