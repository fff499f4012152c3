// Package uplink carries a journal to head office over MQTT 3.1.1 and keeps the retained state of the station's
// points.
//
// Only head office's own acknowledgement counts. The broker's PUBACK merely makes room for the next batch, so a
// broker that forgets, restarts empty or confirms what it has not delivered costs a repetition, never a record.
// Each connection is a new client with a clean session, which starts again after the last acknowledged record.
//
// What happens now goes first. What was written before a connection stood, or could not keep up, is backlog: it goes as
// far as the line has room (see window) and as an operator lets it (Options.DrainRate), events before telemetry, and
// what is appended meanwhile overtakes it. Until head office is heard only one batch goes, and likewise when it falls
// silent.
//
// The other way, head office says what a node is to go by and what it is to do (orders). The node answers what is in
// force and what came of a command (replies), before anything else that waits.
//
// A session's loop (session) decides what goes next (choose) from what has been sent of each stream (lane), cuts batches
// from the journal's text (batch) and gives them to a goroutine that hands them to paho (sender), so that a slow or dead
// line never holds up the loop. The connection below is counted and can be cut (link).
package uplink
