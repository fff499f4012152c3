package uplink

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"stationkeeper/internal/record"
)

// rules is a broker's hook that refuses what a test wants refused, and notes what is subscribed to.
type rules struct {
	mochi.HookBase
	mu sync.Mutex
	// refused are kinds of topic that nobody may hear.
	refused map[record.Kind]bool
	// cut, once, closes the connection at a publication of this kind, before it is answered.
	cut     record.Kind
	closed  bool // to all but head office
	filters []string
}

func (r *rules) ID() string { return "rules" }

func (r *rules) Provides(b byte) bool {
	return b == mochi.OnConnectAuthenticate || b == mochi.OnACLCheck || b == mochi.OnPublish || b == mochi.OnSubscribed
}

func (r *rules) OnConnectAuthenticate(cl *mochi.Client, _ packets.Packet) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.closed || cl.ID == "office"
}

func (r *rules) OnACLCheck(_ *mochi.Client, topic string, write bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for kind := range r.refused {
		if !write && topic == record.NodeFilter(kind, "demo", "agent") {
			return false
		}
	}
	return true
}

func (r *rules) OnPublish(cl *mochi.Client, p packets.Packet) (packets.Packet, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if topic, err := record.ParseTopic(p.TopicName); err == nil && topic.Kind == r.cut {
		r.cut = ""
		cl.Stop(packets.ErrUnspecifiedError)
		return p, packets.ErrRejectPacket
	}
	return p, nil
}

func (r *rules) OnSubscribed(_ *mochi.Client, p packets.Packet, _ []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range p.Filters {
		r.filters = append(r.filters, f.Filter)
	}
}

func (o *office) put(kind record.Kind, id string, retained bool, payload []byte) {
	o.t.Helper()
	topic := record.Topic{Station: "demo", Node: "agent", Kind: kind, ID: id}
	o.done(o.client.Publish(topic.String(), 1, retained, payload))
}

func documents(t *testing.T, version uint64) []byte {
	t.Helper()
	payload, err := record.Desired{
		Version: version, Issued: start, By: "operator", Documents: map[string]json.RawMessage{"access": json.RawMessage(`{"cards":[]}`)},
	}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func command(t *testing.T, id string) []byte {
	t.Helper()
	payload, err := record.Command{ID: id, Verb: "door.unlock", Point: "door", By: "operator", Issued: start, Expires: start.Add(time.Hour)}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

// give hands something over to the test, unless that has ended.
func give[T any](t *testing.T, to chan T, what T) {
	select {
	case to <- what:
	case <-t.Context().Done():
	}
}

func hold(t *testing.T, until chan struct{}) {
	select {
	case <-until:
	case <-t.Context().Done():
	}
}

// receive is the next of what a handler was given.
func receive[T any](t *testing.T, what string, from chan T) (got T) {
	t.Helper()
	select {
	case got = <-from:
	case <-time.After(hang):
		t.Fatalf("never: %s", what)
	}
	return got
}

// reported is what the broker has of what the node goes by.
func (o *office) reported() (r record.Reported) {
	topic := record.Topic{Station: "demo", Node: "agent", Kind: record.KindReported}
	r, err := record.DecodeReported([]byte(o.messages[topic.String()]))
	if err != nil {
		return record.Reported{}
	}
	return r
}

func (o *office) result(id string) (r record.Result) {
	topic := record.Topic{Station: "demo", Node: "agent", Kind: record.KindResult, ID: id}
	r, err := record.DecodeResult([]byte(o.messages[topic.String()]))
	if err != nil {
		return record.Result{}
	}
	return r
}

func (o *office) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.messages = map[string]string{}
}

func TestDocumentsComeAtOnceOnChangeAndWithEveryConnection(t *testing.T) {
	broker, stop := startBroker(t, "127.0.0.1:0")
	o := startOffice(t, broker)
	o.put(record.KindDesired, "", true, documents(t, 1))
	came := make(chan record.Desired, 16)
	run(t, broker, openJournal(t, t.TempDir()), func(u *Options) { u.Desired = func(d record.Desired) { came <- d } })
	if d := receive(t, "retained documents", came); d.Version != 1 || string(d.Documents["access"]) != `{"cards":[]}` || d.By != "operator" {
		t.Errorf("got %+v", d)
	}
	o.put(record.KindDesired, "", true, documents(t, 2))
	if d := receive(t, "a change", came); d.Version != 2 {
		t.Errorf("version %d, want 2", d.Version)
	}
	o.put(record.KindDesired, "", true, nil) // taken back: asks for nothing
	stop()
	startBroker(t, broker)
	o.connect(broker)
	o.put(record.KindDesired, "", true, documents(t, 2))
	if d := receive(t, "the same on a new connection", came); d.Version != 2 {
		t.Errorf("version %d, want 2", d.Version)
	}
}

// TestOnlyTheLatestDocumentsCount keeps the program busy with the first while three more come.
func TestOnlyTheLatestDocumentsCount(t *testing.T) {
	broker, _ := startBroker(t, "127.0.0.1:0")
	o := startOffice(t, broker)
	came, goOn := make(chan uint64), make(chan struct{})
	commands := make(chan record.Command)
	run(t, broker, openJournal(t, t.TempDir()), func(u *Options) {
		u.Desired = func(d record.Desired) { give(t, came, d.Version); hold(t, goOn) }
		u.Command = func(c record.Command) { give(t, commands, c) }
	})
	o.put(record.KindDesired, "", true, documents(t, 1))
	receive(t, "the first", came)
	for v := uint64(2); v <= 4; v++ {
		o.put(record.KindDesired, "", true, documents(t, v))
	}
	o.put(record.KindCommand, "after", false, command(t, "after"))
	receive(t, "a command while documents are read", commands) // and all that was published before it has come
	close(goOn)
	if v := receive(t, "the latest", came); v != 4 {
		t.Errorf("version %d came next, want 4", v)
	}
}

// listening starts a node that takes documents and commands, and returns when the broker passes them on.
func listening(t *testing.T, broker string, o *office, set func(*Options)) *Uplink {
	t.Helper()
	o.put(record.KindDesired, "", true, documents(t, 1))
	heard := make(chan struct{}, 16)
	u, _ := run(t, broker, openJournal(t, t.TempDir()), func(u *Options) {
		u.Desired = func(record.Desired) { heard <- struct{}{} }
		u.Command = func(record.Command) {}
		set(u)
	})
	receive(t, "documents", heard)
	return u
}

// TestCommandsComeInOrderUpToABound keeps the program busy with one command until more wait than may.
func TestCommandsComeInOrderUpToABound(t *testing.T) {
	broker, _ := startBroker(t, "127.0.0.1:0")
	o := startOffice(t, broker)
	came, goOn, log := make(chan string), make(chan struct{}), newLines()
	listening(t, broker, o, func(u *Options) {
		u.Command = func(c record.Command) { give(t, came, c.ID); hold(t, goOn) }
		u.Log = log.logger()
	})
	send := func(i int) {
		id := fmt.Sprint("c", i)
		o.put(record.KindCommand, id, false, command(t, id))
		o.put(record.KindCommand, id, false, command(t, id)) // once more: it waits already
	}
	o.put(record.KindCommand, "c0", false, command(t, "c0"))
	receive(t, "the first", came)
	for i := 1; i <= mostCommands+1; i++ {
		send(i)
	}
	log.wait(t, "too many wait")
	close(goOn)
	for i := 1; i <= mostCommands; i++ {
		if id := receive(t, "the next", came); id != fmt.Sprint("c", i) {
			t.Fatalf("command %s came, want c%d", id, i)
		}
	}
}

// TestWhatCannotBeUnderstood gives documents and commands that no head office should. Each is logged once and refused;
// what the program itself says is in force stays said.
func TestWhatCannotBeUnderstood(t *testing.T) {
	broker, stop := startBroker(t, "127.0.0.1:0")
	o := startOffice(t, broker)
	log := newLines()
	u := listening(t, broker, o, func(u *Options) { u.Log = log.logger() })
	bad := []byte(`{"version":7,"issued":"2026-11-23T08:00:00Z","by":"x","documents":{},"more":1}`)
	o.put(record.KindDesired, "", true, bad)
	for id, payload := range map[string]string{"words": "open", "other": string(command(t, "another")), "short": `{"id":"short"}`} {
		o.put(record.KindCommand, id, false, []byte(payload))
		o.until("the command "+id+" refused", func() bool {
			r := o.result(id)
			return r.Outcome == record.Refused && r.Reason != ""
		})
	}
	o.mu.Lock()
	if r := o.reported(); r.Refused != nil || r.Version != 0 {
		t.Errorf("%+v was reported before the program had said what it goes by", r)
	}
	o.mu.Unlock()
	u.Report(record.Reported{Version: 1, Since: start, Refused: &record.Refusal{Version: 5, Reason: "no", Time: start}})
	refused := func() bool {
		r := o.reported()
		return r.Version == 1 && r.Refused != nil && r.Refused.Version == 7 && strings.Contains(r.Refused.Reason, `"more"`)
	}
	o.until("the documents refused", refused)

	stop() // on a new connection the retained documents come again, and are refused again; the log has it once
	o.forget()
	startBroker(t, broker)
	o.connect(broker)
	o.put(record.KindDesired, "", true, bad)
	o.until("the documents refused again", refused)
	o.put(record.KindDesired, "", true, documents(t, 8))
	o.until("the program's own word again", func() bool {
		r := o.reported()
		return r.Version == 1 && r.Refused != nil && r.Refused.Version == 5
	})
	if n := log.count("documents from head office refused"); n != 1 {
		t.Errorf("logged %d times that documents were refused, want once", n)
	}
	if n := log.count("command from head office refused"); n != 3 {
		t.Errorf("logged %d times that a command was refused, want 3", n)
	}
}

// TestWhatIsInForceIsSaidOnEveryConnection has the broker forget it.
func TestWhatIsInForceIsSaidOnEveryConnection(t *testing.T) {
	broker, stop := startBroker(t, "127.0.0.1:0")
	o := startOffice(t, broker)
	u := listening(t, broker, o, func(*Options) {})
	for v := uint64(1); v <= 100; v++ {
		u.Report(record.Reported{Version: v, Since: start})
	}
	o.until("version 100", func() bool { return o.reported().Version == 100 })
	stop()
	u.Report(record.Reported{Version: 101, Since: start})
	u.Report(record.Reported{Version: 102, Since: start})
	for range 2 {
		o.forget()
		_, stop = startBroker(t, broker)
		o.connect(broker)
		o.until("version 102", func() bool { return o.reported().Version == 102 })
		stop()
	}
}

// TestAnswersWaitForTheBroker gives results without a broker, and to one that dies with one in its hands.
func TestAnswersWaitForTheBroker(t *testing.T) {
	r := &rules{cut: record.KindResult}
	broker, stop := startBroker(t, "127.0.0.1:0", r)
	o := startOffice(t, broker)
	u := listening(t, broker, o, func(*Options) {})
	u.Answer(record.Result{ID: "first", Outcome: record.Done, Time: start})
	u.Answer(record.Result{ID: "second", Outcome: record.Failed, Reason: strings.Repeat("è", mostReason), Time: start})
	o.until("both after the first was cut off", func() bool {
		return o.result("first").Outcome == record.Done && o.result("second").Outcome == record.Failed
	})
	r.mu.Lock()
	if r.cut != "" {
		t.Error("no result was cut off")
	}
	r.mu.Unlock()
	stop()
	o.forget()
	for i := range mostResults + 1 {
		u.Answer(record.Result{ID: fmt.Sprint("w", i), Outcome: record.Done, Time: start})
	}
	u.Answer(record.Result{ID: "w5", Outcome: record.Expired, Time: start}) // takes the place of the one that waits
	r = &rules{closed: true}                                                // what head office does not hear now it learns from the journal
	startBroker(t, broker, r)
	o.connect(broker)
	r.mu.Lock()
	r.closed = false
	r.mu.Unlock()
	u.Answer(record.Result{ID: "last", Outcome: record.Done, Time: start})
	o.until("those that waited", func() bool { return o.result("last").Outcome == record.Done })
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.result("w5").Outcome != record.Expired || o.result("w4").Outcome != record.Done {
		t.Errorf("w5 %+v, w4 %+v", o.result("w5"), o.result("w4"))
	}
	if o.messages["station/v1/demo/agent/command/first/result"] != "" {
		t.Error("a result that the broker had taken was sent again")
	}
	if o.messages["station/v1/demo/agent/command/w0/result"] != "" {
		t.Errorf("more than %d results waited", mostResults)
	}
}

// TestStoppingSaysWhatIsLeftToSay answers and reports as the last thing before the end.
func TestStoppingSaysWhatIsLeftToSay(t *testing.T) {
	broker, _ := startBroker(t, "127.0.0.1:0")
	o := startOffice(t, broker)
	u, stop := run(t, broker, openJournal(t, t.TempDir()), nil)
	o.until("online", func() bool { return len(o.messages) > 0 })
	u.Answer(record.Result{ID: "late", Outcome: record.Done, Time: start})
	u.Report(record.Reported{Version: 9, Since: start})
	stop()
	o.until("offline", func() bool {
		p, err := record.DecodePresence([]byte(o.messages["station/v1/demo/agent/online"]))
		return err == nil && p.State == record.Offline
	})
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.result("late").Outcome != record.Done || o.reported().Version != 9 {
		t.Errorf("messages %v", o.messages)
	}
}

// TestABrokerThatPassesNothingDown refuses the subscription. What the node reports does not depend on it.
func TestABrokerThatPassesNothingDown(t *testing.T) {
	broker, _ := startBroker(t, "127.0.0.1:0", &rules{refused: map[record.Kind]bool{record.KindDesired: true}})
	o := startOffice(t, broker)
	log, j := newLines(), openJournal(t, t.TempDir())
	u, _ := run(t, broker, j, func(u *Options) {
		u.Desired, u.Log = func(record.Desired) {}, log.logger()
	})
	log.wait(t, "the broker refuses to pass on")
	write(t, j, record.Events, 10, "")
	o.has(record.Events, 10)
	if n := u.Stats().Connections; n != 1 {
		t.Errorf("%d connections, want the one", n)
	}
}

// TestNobodyToTakeOrders reports from a program that takes neither documents nor commands.
func TestNobodyToTakeOrders(t *testing.T) {
	r := &rules{}
	broker, _ := startBroker(t, "127.0.0.1:0", r)
	o := startOffice(t, broker)
	j := openJournal(t, t.TempDir())
	run(t, broker, j, nil)
	write(t, j, record.Events, 1, "")
	acknowledged(t, j)
	o.has(record.Events, 1)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.filters {
		if strings.Contains(f, "/agent/co") {
			t.Errorf("subscribed to %s", f)
		}
	}
	if len(r.filters) != 3 {
		t.Errorf("subscriptions %v, want head office's and the node's two", r.filters)
	}
}

// TestRepliesGoBeforeEverythingElse looks at what a station with a backlog sends first, and at how much of what it goes
// by is on the line at a time.
func TestRepliesGoBeforeEverythingElse(t *testing.T) {
	s, _ := talk(t, 100_000, 100_000, 1)
	s.SetState("door", record.State{Quality: record.Good})
	s.Report(record.Reported{Version: 1})
	s.Answer(record.Result{ID: "c", Outcome: record.Done})
	if got := strings.Join(s.take(t, 3), ", "); got != "result, reported, door" {
		t.Errorf("went in the order %s", got)
	}
	s.Report(record.Reported{Version: 2})
	p, ok := s.chooseReply(start)
	s.Report(record.Reported{Version: 3})
	s.Report(record.Reported{Version: 4})
	if _, more := s.chooseReply(start); !ok || more {
		t.Error("a second report went before the first was answered")
	}
	s.landed(p.flight)
	p, _ = s.chooseReply(start)
	if r, err := record.DecodeReported(p.payload); err != nil || r.Version != 4 {
		t.Errorf("reported %+v, %v, want version 4", r, err)
	}
}

// lines is a log that can be waited for.
type lines struct {
	mu      sync.Mutex
	text    strings.Builder
	changed chan struct{}
}

func newLines() *lines { return &lines{changed: make(chan struct{})} }

func (l *lines) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.changed)
	l.changed = make(chan struct{})
	return l.text.Write(p)
}

func (l *lines) count(words string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), words)
}

func (l *lines) wait(t *testing.T, words string) {
	t.Helper()
	for deadline := time.After(hang); ; {
		l.mu.Lock()
		said, changed := strings.Contains(l.text.String(), words), l.changed
		l.mu.Unlock()
		if said {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("never logged: %s", words)
		}
	}
}
