// Package scanner is the code scanner at the touchscreen, which is a keyboard to the machine: it types what it has read,
// much faster than anybody could, and ends with Enter. Keys tells its bursts from somebody's typing, and Read what a paper
// of ours says.
package scanner
