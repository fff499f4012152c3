// Package staff is who works at the counters: the roster that head office sends or a file holds, what proves that
// somebody is who they say (a PIN or a badge), how often that may be tried, and when a shift ends. It is pure: time,
// randomness and keys are arguments.
//
// A PIN is kept as argon2id (RFC 9106) of 8 MiB and two passes: 10 ms on a PC, and less than 100 ms on a board that is
// six times slower and has no vector instructions, with room for one check at a time on a machine of 512 MB. A PIN of
// four digits has ten thousand values whatever it is hashed with: who has the roster can find it within minutes. The
// roster is to be kept like a key, and what protects the PIN at the counter is that attempts are bounded.
package staff
