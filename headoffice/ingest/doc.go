// Package ingest takes what stations send from the MQTT broker into the store, and acknowledges it.
//
// One pipeline: the client's callback puts each message into an inbox and returns; one writer takes what is waiting,
// stores it in one transaction, and only after the commit hands the acknowledgements to an outbox, from where they
// are published. Nothing is acknowledged that is not on disk. When nothing waits, and a little also when it does, the
// writer brings the store's views up to date.
//
// The inbox is bounded. A batch for which there is no room is dropped and counted: its node sends it again, because
// it was never acknowledged. Of retained messages (states, presence) the latest of each topic waits, so none is
// dropped. The same holds while the database fails: what could not be stored for a while is dropped unacknowledged.
// Small messages are taken first: what happens now does not wait behind a backlog.
//
// When something is missing below what has arrived, and nothing fills the gap for a while, the acknowledgement is
// published again with the ranges that are missing: the node is asked for them.
//
// The way down has a connection of its own, so that nothing it sends stands in the way of an acknowledgement: documents
// that nodes are to go by are published, retained, at every connection and whenever they change; commands when their node
// is connected, and again until something has come of them or they have expired.
//
// Nothing a station sends stops the pipeline. What breaks the contract is counted by reason, logged once for each
// sender and reason, and kept aside in the store.
package ingest
