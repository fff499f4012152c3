// Package uplink carries a journal to head office over MQTT 3.1.1 and keeps the retained state of the station's
// points.
//
// Only head office's own acknowledgement counts. The broker's PUBACK merely makes room for the next batch, so a
// broker that forgets, restarts empty or confirms what it has not delivered costs a repetition, never a record.
// Each connection is a new client with a clean session, which starts again after the last acknowledged record.
package uplink
