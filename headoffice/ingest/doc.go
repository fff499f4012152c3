// Package ingest takes what stations send from the MQTT broker into the store, and acknowledges it.
//
// One pipeline: the client's callback puts each message into an inbox and returns; one writer takes what is waiting,
// stores it in one transaction, and only after the commit hands the acknowledgements to an outbox, from where they
// are published. Nothing is acknowledged that is not on disk.
//
// The inbox is bounded. A batch for which there is no room is dropped and counted: its node sends it again, because
// it was never acknowledged. Of retained messages (states, presence) the latest of each topic waits, so none is
// dropped. The same holds while the database fails: what could not be stored for a while is dropped unacknowledged.
//
// Nothing a station sends stops the pipeline. What breaks the contract is counted by reason, logged once for each
// sender and reason, and kept aside in the store.
package ingest
