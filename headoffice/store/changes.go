package store

import "sync"

// ChangeKind says what of a node has changed.
type ChangeKind string

const (
	// RecordsChanged: new records are stored.
	RecordsChanged ChangeKind = "records"
	// StateChanged: a point has a new state, or is gone.
	StateChanged ChangeKind = "state"
	// PresenceChanged: the node came or went.
	PresenceChanged ChangeKind = "presence"
	// ProgressChanged: more of a journal is complete.
	ProgressChanged ChangeKind = "progress"
	// ConfigChanged: what the node is to go by, or says that it goes by, is another.
	ConfigChanged ChangeKind = "config"
	// CommandsChanged: a command was given to the node, sent, or something came of one.
	CommandsChanged ChangeKind = "commands"
	// StationChanged: anything of the station may have changed. Node is empty. It stands in for several changes of
	// a subscriber who does not keep up.
	StationChanged ChangeKind = "station"
)

// Change tells that something committed is new. It carries no data: ask for what you show.
type Change struct {
	Station string
	Node    string
	Kind    ChangeKind
}

// pendingLimit is how many different changes may wait for a subscriber before those of one station become one.
const pendingLimit = 256

// changes hands out what has changed. The zero value is ready to use.
type changes struct {
	mu     sync.Mutex
	subs   map[*subscriber]struct{}
	closed bool
}

// subscriber holds what it has not yet been told, in order, each change once.
type subscriber struct {
	out     chan Change
	wake    chan struct{}
	done    chan struct{}
	mu      sync.Mutex
	pending []Change
	known   map[Change]struct{}
	all     bool // pending holds whole stations
}

// Subscribe returns a channel of changes from now on. A change that is still waiting to be received is not repeated,
// and who lags far behind is told whole stations: nothing is lost, and the writer never waits. The channel is closed
// by cancel, and by Close of the store.
func (s *Store) Subscribe() (<-chan Change, func()) {
	sub := &subscriber{
		out: make(chan Change), wake: make(chan struct{}, 1), done: make(chan struct{}), known: map[Change]struct{}{},
	}
	if !s.changes.add(sub) {
		close(sub.out)
		return sub.out, func() {}
	}
	go sub.deliver()
	return sub.out, func() { s.changes.remove(sub) }
}

func (c *changes) add(sub *subscriber) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	if c.subs == nil {
		c.subs = map[*subscriber]struct{}{}
	}
	c.subs[sub] = struct{}{}
	return true
}

func (c *changes) remove(sub *subscriber) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.subs[sub]; ok {
		delete(c.subs, sub)
		close(sub.done)
	}
}

func (c *changes) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for sub := range c.subs {
		delete(c.subs, sub)
		close(sub.done)
	}
}

func (c *changes) announce(all ...Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for sub := range c.subs {
		sub.note(all)
	}
}

func (s *subscriber) note(all []Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, change := range all {
		s.noteOne(change)
	}
	select {
	case s.wake <- struct{}{}:
	default: // it has been woken and has not looked yet
	}
}

func (s *subscriber) noteOne(change Change) {
	if s.all {
		change = Change{Station: change.Station, Kind: StationChanged}
	}
	if _, ok := s.known[change]; ok {
		return
	}
	s.known[change] = struct{}{}
	s.pending = append(s.pending, change)
	if len(s.pending) > pendingLimit && !s.all {
		waiting := s.pending
		s.all, s.pending, s.known = true, nil, map[Change]struct{}{}
		for _, change := range waiting {
			s.noteOne(change)
		}
	}
}

// next takes the oldest pending change.
func (s *subscriber) next() (Change, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pending) == 0 {
		s.all, s.pending = false, nil
		return Change{}, false
	}
	change := s.pending[0]
	s.pending = s.pending[1:]
	delete(s.known, change)
	return change, true
}

func (s *subscriber) deliver() {
	defer close(s.out)
	for {
		change, ok := s.next()
		if !ok {
			select {
			case <-s.wake:
				continue
			case <-s.done:
				return
			}
		}
		select {
		case s.out <- change:
		case <-s.done:
			return
		}
	}
}
