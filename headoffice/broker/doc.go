// Package broker is the MQTT broker inside head office, for stations that have no other: mochi-mqtt, MQTT 3.1.1
// (and 5), without any storage. It starts empty: head office republishes what it acknowledges, and nodes what they
// are and measure.
//
// What it does not promise, and why that is enough: a PUBACK of this broker comes before anybody has the message,
// and a message for a client that does not read is dropped when its queue is full. A node sends again until head
// office's own acknowledgement arrives, so neither loses a record.
package broker
