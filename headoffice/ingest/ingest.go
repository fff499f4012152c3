package ingest

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/endpoint"
	"stationkeeper/internal/record"
)

// Store is where everything goes. *store.Store is one.
type Store interface {
	// Put stores batches in one transaction and returns after the commit; see store.Store.
	Put(ctx context.Context, deliveries []store.Delivery, received time.Time) ([]store.Receipt, error)
	// Hear stores retained messages in one transaction.
	Hear(ctx context.Context, group []store.Heard) error
	SetAllOffline(ctx context.Context, since time.Time) error
	SetAside(ctx context.Context, topic, reason string, payload []byte, received time.Time) error
	// Acks returns the acknowledgement of each stream that a node waits for, Ack that of one epoch, both with what is
	// missing.
	Acks(ctx context.Context) ([]store.NodeAck, error)
	Ack(ctx context.Context, key store.NodeKey, epoch string, stream record.Stream) (store.NodeAck, error)
	// IndexLive and Index bring the views up to date by a step, the one only with events that have just happened. They
	// return how many records they have dealt with. Unindexed is how many are left.
	IndexLive(ctx context.Context) (int, error)
	Index(ctx context.Context) (int, error)
	Unindexed() uint64
	Orders
}

// Options say what to connect.
type Options struct {
	Store Store
	// Dial opens a connection to a broker within this process. When it is nil, Broker says where an outside one is.
	Dial   func() (net.Conn, error)
	Broker endpoint.Broker
	Log    *slog.Logger
	// Now tells the time; nil means time.Now.
	Now func() time.Time
	// AskAfter is how long a stream of which something is missing may make no progress before its node is asked for it;
	// zero means 5 seconds. Asked in vain, it is asked again after as long, then twice as long, and so on up to a minute.
	AskAfter time.Duration
}

// Stats counts what has happened since the program started.
type Stats struct {
	// Connected is whether head office is connected to its broker and subscribed.
	Connected bool
	// Batches counts batches stored or known already, Bytes their payload as it was on the wire.
	Batches, Bytes uint64
	// Records counts records stored for the first time, Duplicates those that were delivered again.
	Records, Duplicates uint64
	// Acks counts acknowledgements that the broker has taken.
	Acks uint64
	// Refused counts messages set aside, by reason: one of the Refused constants.
	Refused map[string]uint64
	// Dropped counts batches that were not looked at or could not be stored, and were not acknowledged: the inbox was
	// full, or the database failed.
	Dropped uint64
	// Failing is whether the database took nothing the last time, and is being tried again.
	Failing bool
	// Waiting is how many messages are in the inbox now.
	Waiting int
	// Unindexed is how many records are stored that charts and lists of events do not show yet.
	Unindexed uint64
	// Asked counts how often nodes were asked for records that had not arrived.
	Asked uint64
}

// Reasons for which a message is refused.
const (
	RefusedTopic     = "topic"     // the topic is not one of the contract
	RefusedMalformed = "malformed" // the payload cannot be decoded, or breaks the contract
	RefusedOversized = "oversized" // the payload is over a limit
	RefusedForeign   = "foreign"   // topic and content disagree
	RefusedConflict  = "conflict"  // another record is stored under the same number
	RefusedUnstored  = "unstored"  // the database refuses it, while it takes others
)

// Ingest is the way from the broker into the store.
type Ingest struct {
	o      Options
	inbox  *inbox
	outbox *outbox
	gaps   *gaps
	views  views // the writer's
	ready  chan struct{}

	mu    sync.Mutex
	stats Stats
	said  map[complaint]struct{}
	full  bool // the inbox has been full since it was last empty

	asideFailed bool // the writer's: whether setting aside failed the last time
}

// complaint is what is logged once.
type complaint struct{ sender, reason string }

// New checks the options.
func New(o Options) (*Ingest, error) {
	switch {
	case o.Store == nil:
		return nil, errors.New("ingest: no store given")
	case o.Log == nil:
		return nil, errors.New("ingest: no log given")
	case o.Dial == nil && o.Broker.URL == "":
		return nil, errors.New("ingest: no broker given")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.AskAfter <= 0 {
		o.AskAfter = 5 * time.Second
	}
	i := &Ingest{o: o, inbox: newInbox(), outbox: newOutbox(), gaps: newGaps(o.AskAfter), ready: make(chan struct{}),
		said: map[complaint]struct{}{}}
	i.stats.Refused = map[string]uint64{}
	return i, nil
}

// Run connects, stores and acknowledges until ctx ends. It outlives the broker and the database: an error of either
// is logged, and tried again. At its start no node is known to be connected, whatever the store remembers.
func (i *Ingest) Run(ctx context.Context) error {
	i.inbox.putNobody(i.o.Now())
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { i.write(ctx); return nil })
	group.Go(func() error { i.connect(ctx); return nil })
	group.Go(func() error { i.ask(ctx); return nil })
	group.Go(func() error { i.dispatch(ctx); return nil })
	group.Go(func() error { i.lapse(ctx); return nil })
	return group.Wait()
}

// Ready is closed when Run is connected and subscribed for the first time: what is sent from then on is heard.
func (i *Ingest) Ready() <-chan struct{} { return i.ready }

// Stats returns what was counted so far.
func (i *Ingest) Stats() Stats {
	i.mu.Lock()
	defer i.mu.Unlock()
	s := i.stats
	s.Refused = maps.Clone(s.Refused)
	s.Waiting, s.Unindexed = i.inbox.waiting(), i.o.Store.Unindexed()
	return s
}

// subscribed notes that messages come.
func (i *Ingest) subscribed() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.stats.Connected = true
	select {
	case <-i.ready:
	default:
		close(i.ready)
	}
}

func (i *Ingest) count(add func(*Stats)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	add(&i.stats)
}
