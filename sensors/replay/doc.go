// Package replay plays a recording of temperatures from a CSV file as if a sensor measured it now: readings carry the
// time they were recorded at, gaps stay gaps, and the pace is the recording's own, faster, or as fast as possible.
//
// A recording is believed up to its first bad line: everything before it is played, and the error names the file, the
// line and what was expected.
package replay
