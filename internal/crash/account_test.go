package crash

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"
	"sync"

	"stationkeeper/internal/programs"
	"stationkeeper/internal/record"
)

// sequence is one run of numbers: a stream of a node under one epoch.
type sequence struct {
	node, epoch string
	stream      record.Stream
}

// fault is one way in which a promise can be broken.
type fault string

const (
	missing   fault = "missing"    // reported durable, and gone
	changed   fault = "changed"    // two different records under one number
	doubled   fault = "doubled"    // one number stored twice, or out of order
	unkept    fault = "unkept"     // acknowledged by head office, and not in its database
	renewed   fault = "renewed"    // an epoch that began without a reason
	buried    fault = "tombstone"  // a tombstone, where nothing may be lost
	repaired  fault = "repair"     // a journal that needed mending: kill -9 damages no file
	failed    fault = "failed"     // a program that did not start, or did not do its work
	uncovered fault = "not stored" // on a node's disk, and not at head office in the end
)

// said is what is known of one record: its digest, zero when only its number was told, and by whom.
type said struct {
	digest uint64
	// durable: the writer was told that it is on disk. wired: it was seen on its way to head office.
	durable, wired bool
}

// account holds what was promised, and the breaches found. It is safe for concurrent use.
type account struct {
	mu       sync.Mutex
	said     map[sequence][]said // by seq - 1
	acked    map[sequence]uint64 // highest seq that head office has acknowledged
	acks     int
	batches  int
	breaches map[fault]int
	examples []string // of breaches, the first few of each kind
}

func newAccount() *account {
	return &account{said: map[sequence][]said{}, acked: map[sequence]uint64{}, breaches: map[fault]int{}}
}

// digest identifies what a record says, as far as head office's API shows it: without boot and mono. It is never 0.
func digest(r record.Record) uint64 {
	h := fnv.New64a()
	var data bytes.Buffer
	if json.Compact(&data, r.Data) != nil {
		data.Write(r.Data)
	}
	fmt.Fprintf(h, "%s\n%s\n%s\n", r.Type, r.Source, r.Clock)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(r.Time.UnixMilli())))
	h.Write(data.Bytes())
	return max(1, h.Sum64())
}

// breach notes a broken promise.
func (a *account) breach(f fault, format string, args ...any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.breachLocked(f, format, args...)
}

func (a *account) breachLocked(f fault, format string, args ...any) {
	if a.breaches[f]++; a.breaches[f] <= 5 {
		a.examples = append(a.examples, string(f)+": "+fmt.Sprintf(format, args...))
	}
}

// example is how a promise was broken for the first time; empty when it was not.
func (a *account) example(f fault) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range a.examples {
		if strings.HasPrefix(e, string(f)+": ") {
			return e
		}
	}
	return ""
}

// noteDurable takes what the writer was told is on disk: consecutive records from first on.
func (a *account) noteDurable(s sequence, first uint64, digests ...uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, d := range digests {
		a.at(s, first+uint64(i), d).durable = true
	}
}

// noteBatch takes what was seen on its way to head office.
func (a *account) noteBatch(node string, b record.Batch) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.batches++
	s := sequence{node, b.Epoch, b.Stream}
	for _, r := range b.Records {
		a.at(s, r.Seq, digest(r)).wired = true
	}
	for _, l := range b.Lost {
		a.breachLocked(buried, "%v: %+v on the wire", s, l)
	}
}

// noteAck takes an acknowledgement that was seen.
func (a *account) noteAck(node string, ack record.Ack) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.acks++
	s := sequence{node, ack.Epoch, ack.Stream}
	a.acked[s] = max(a.acked[s], ack.Through)
}

// at is the place of a record, whose digest is noted or compared.
func (a *account) at(s sequence, seq, digest uint64) *said {
	all := a.said[s]
	for uint64(len(all)) < seq {
		all = append(all, said{})
	}
	a.said[s] = all
	one := &all[seq-1]
	if one.digest != 0 && digest != 0 && one.digest != digest {
		a.breachLocked(changed, "%v %d was told as two different records", s, seq)
	}
	if one.digest == 0 {
		one.digest = digest
	}
	return one
}

// reopened checks what a node finds on its disk when it starts again: the highest seq of one stream.
func (a *account) reopened(s sequence, last uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for other := range a.said {
		if other.node == s.node && other.epoch != s.epoch {
			a.breachLocked(renewed, "%v, and before it epoch %s", s, other.epoch)
		}
	}
	all := a.said[s]
	for seq := last + 1; seq <= uint64(len(all)); seq++ {
		if all[seq-1] != (said{}) {
			a.breachLocked(missing, "%v %d: after the kill the journal ends at %d", s, seq, last)
		}
	}
	if uint64(len(all)) > last {
		a.said[s] = all[:last] // noted; its numbers will be given to others
	}
}

// kept checks what head office has in its database against what it has acknowledged.
func (a *account) kept(progress []programs.Progress) {
	through := map[sequence]uint64{}
	for _, p := range progress {
		through[sequence{p.Node, p.Epoch, p.Stream}] = p.Through
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for s, acked := range a.acked {
		if through[s] < acked {
			a.breachLocked(unkept, "%v: acknowledged through %d, after the kill the database has it through %d", s, acked, through[s])
		}
		delete(a.acked, s)
	}
}

// audit compares one stream of a node, as head office's API gives it, with everything that was said of it.
type audit struct {
	*account
	node   string
	stream record.Stream
	epoch  string
	last   uint64
	stored int
}

// take checks the next record of the API.
func (a *audit) take(r programs.Stored) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stored++
	if a.epoch == "" {
		a.epoch = r.Epoch
	}
	s := sequence{a.node, r.Epoch, a.stream}
	switch {
	case r.Epoch != a.epoch:
		a.breachLocked(renewed, "%s %s has epochs %s and %s", a.node, a.stream, a.epoch, r.Epoch)
		a.epoch, a.last = r.Epoch, 0
	case r.Seq <= a.last:
		a.breachLocked(doubled, "%v %d is stored after %d", s, r.Seq, a.last)
		return
	}
	for seq := a.last + 1; seq < r.Seq; seq++ {
		a.breachLocked(missing, "%v %d", s, seq)
	}
	a.last = r.Seq
	if all := a.said[s]; r.Seq <= uint64(len(all)) {
		if d := all[r.Seq-1].digest; d != 0 && d != digest(r.Record) {
			a.breachLocked(changed, "%v %d: stored is %+v", s, r.Seq, r.Record)
		}
	}
}

// end checks that nothing is missing behind the last record, up to what the node has on its disk.
func (a *audit) end(epoch string, last uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := sequence{a.node, epoch, a.stream}
	if a.epoch != epoch && (a.epoch != "" || last > 0) {
		a.breachLocked(renewed, "%v in the journal, epoch %q at head office", s, a.epoch)
	}
	for seq := a.last + 1; seq <= last; seq++ {
		a.breachLocked(uncovered, "%v %d", s, seq)
	}
	for seq := last + 1; seq <= uint64(len(a.said[s])); seq++ {
		a.breachLocked(missing, "%v %d: the journal ends at %d", s, seq, last)
	}
}

// count tells how many different records the writer was told are on disk, and how many were seen on the wire.
func (a *account) count() (durable, wired int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, all := range a.said {
		for _, one := range all {
			if one.durable {
				durable++
			}
			if one.wired {
				wired++
			}
		}
	}
	return durable, wired
}
