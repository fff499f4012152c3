package hands

import (
	"io"
	"net/rpc"
	"os"
	"strings"
	"time"
)

// service is the name under which Hands are served.
const service = "Hands"

// Serve serves hands on a connection until it is closed.
func Serve(h *Hands, connection io.ReadWriteCloser) error {
	server := rpc.NewServer()
	if err := server.RegisterName(service, h); err != nil {
		return err
	}
	server.ServeConn(connection)
	return nil
}

// Outside is the other end: it does within the machine what it is told to outside. It may be used by several at once.
type Outside struct {
	calls *rpc.Client
}

// NewOutside takes over a connection that hands are served on.
func NewOutside(connection io.ReadWriteCloser) *Outside {
	return &Outside{calls: rpc.NewClient(connection)}
}

// Close lets go.
func (o *Outside) Close() error { return o.calls.Close() }

// call calls a method. The answer is that of the method's second argument.
func call[T any](o *Outside, method string, arguments any) (T, error) {
	var answer T
	err := o.calls.Call(service+"."+method, arguments, &answer)
	return answer, err
}

// Write is Hands.Write of a file that is there already.
func (o *Outside) Write(path, text string) error {
	_, err := call[Nothing](o, "Write", File{Path: path, Text: text})
	return err
}

// Put is Hands.Write of a new file.
func (o *Outside) Put(path, text string, mode os.FileMode) error {
	_, err := call[Nothing](o, "Write", File{Path: path, Text: text, Mode: mode})
	return err
}

// Read is Hands.Read, without white space around.
func (o *Outside) Read(path string) (string, error) {
	text, err := call[string](o, "Read", path)
	return strings.TrimSpace(text), err
}

// Glob is Hands.Glob.
func (o *Outside) Glob(pattern string) ([]string, error) { return call[[]string](o, "Glob", pattern) }

// Mkdir is Hands.Mkdir.
func (o *Outside) Mkdir(path string) error {
	_, err := call[Nothing](o, "Mkdir", path)
	return err
}

// Link is Hands.Link.
func (o *Outside) Link(file, name string) error {
	_, err := call[Nothing](o, "Link", Name{File: file, Name: name})
	return err
}

// Permit is Hands.Permit.
func (o *Outside) Permit(path string, mode os.FileMode) error {
	_, err := call[Nothing](o, "Permit", Permission{Path: path, Mode: mode})
	return err
}

// Play is Hands.Play.
func (o *Outside) Play(steps ...Step) (Played, error) { return call[Played](o, "Play", steps) }

// SetClock is Hands.SetClock.
func (o *Outside) SetClock(now time.Time) error {
	_, err := call[Nothing](o, "SetClock", now)
	return err
}

// Start is Hands.Start.
func (o *Outside) Start(p Program) (id int, err error) { return call[int](o, "Start", p) }

// Said is Hands.Said.
func (o *Outside) Said(id int) (Output, error) { return call[Output](o, "Said", id) }

// Ended is Hands.Ended.
func (o *Outside) Ended(id int) (bool, error) { return call[bool](o, "Ended", id) }

// Supervise is Hands.Supervise, and Fed is Hands.Fed.
func (o *Outside) Supervise(v Supervision) error {
	_, err := call[Nothing](o, "Supervise", v)
	return err
}

func (o *Outside) Fed() (int, error) { return call[int](o, "Fed", Nothing{}) }

// Send is Hands.Send.
func (o *Outside) Send(id, signal int) error {
	_, err := call[Nothing](o, "Send", Signal{Program: id, Number: signal})
	return err
}

// Await is Hands.Await.
func (o *Outside) Await(id int) (Output, error) { return call[Output](o, "Await", id) }

// Run runs a program to its end.
func (o *Outside) Run(p Program) (Output, error) {
	id, err := o.Start(p)
	if err != nil {
		return Output{}, err
	}
	return o.Await(id)
}
