// Package toxic is a bad line between an MQTT client and its broker, for tests: a TCP proxy that knows where packets
// begin and end, and loses, repeats, delays and cuts them as it is told; that can be as slow as a modem, and that can
// fall silent without closing anything, as a line does when a cable is pulled.
//
// Its own tests hold the uplink, a real journal, a real broker and head office's ingest and store against every such
// line, and compare in the end what head office has with what the journal holds.
package toxic
