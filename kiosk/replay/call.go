package replay

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Outcome is how a call ended.
type Outcome string

const (
	Agent   Outcome = "AGENT"   // served
	Hang    Outcome = "HANG"    // hung up before service
	Phantom Outcome = "PHANTOM" // "a virtual call to be ignored", as the recording's description has it
)

// NoServer stands in the column server when nobody served the call, or nobody knows who did.
const NoServer = "NO_SERVER"

// Call is one line of the recording. Times are instants in the zone the recording was read in; a zero time means
// that the recording has none.
type Call struct {
	// Line counts from 1, the header being the first. It identifies the call: call_id repeats within a day.
	Line int
	// Priority is 0 or 1 for unidentified and regular customers, 2 for priority customers.
	Priority int
	// Type is what the call was for: 1 to 3 capital letters, such as PS.
	Type string
	// Day is midnight of the date under which the call is filed, that of Entry.
	Day time.Time
	// Entry and Exit are when the call reached and left the voice response unit. Exit may be before Entry.
	Entry, Exit time.Time
	// QueueStart and QueueExit bound the wait, Waited is its length; zero for a call that did not queue.
	QueueStart, QueueExit time.Time
	Waited                time.Duration
	Outcome               Outcome
	// ServiceStart and ServiceExit bound the service, Worked is its length; zero when there was none.
	ServiceStart, ServiceExit time.Time
	Worked                    time.Duration
	// Server is the name of who served, or NoServer.
	Server string
}

// columns are the names in the header that are needed. Others are passed over.
var columns = []string{"priority", "type", "date", "vru_entry", "vru_exit", "q_start", "q_exit", "q_time",
	"outcome", "ser_start", "ser_exit", "ser_time", "server"}

// maxLine bounds a line in bytes. The recording's are about 120.
const maxLine = 64 << 10

// Load reads the calls of the file (tab-separated, gzip-compressed when its name ends in .gz) that are filed under the
// given local date. Errors name file and line.
func Load(path string, date time.Time) ([]Call, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open recording: %w", err)
	}
	defer file.Close()
	var text io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		unpacked, err := gzip.NewReader(file)
		if err != nil {
			return nil, fmt.Errorf("unpack recording %s: %w", path, err)
		}
		text = unpacked
	}
	y, m, d := date.Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, date.Location())
	var calls []Call
	err = Read(text, path, date.Location(), func(c Call) error {
		if c.Day.Equal(day) {
			calls = append(calls, c)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(calls) == 0 {
		return nil, fmt.Errorf("recording %s has no call of %s", path, day.Format(time.DateOnly))
	}
	return calls, nil
}

// Read parses a recording and hands on its calls in order, until use returns an error. name stands for the file in
// errors.
func Read(r io.Reader, name string, zone *time.Location, use func(Call) error) error {
	return Scan(r, name, zone, use, func(err error) error { return err })
}

// Scan is Read that hands lines which are no call to bad, as an error naming file and line, and goes on when bad returns
// nil. A header that lacks a column is an error all the same.
func Scan(r io.Reader, name string, zone *time.Location, use func(Call) error, bad func(error) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 4096), maxLine)
	var at map[string]int
	n := 0
	for lines.Scan() {
		n++
		fields := strings.Split(strings.TrimSuffix(lines.Text(), "\r"), "\t")
		if at == nil {
			var err error
			if at, err = header(fields); err != nil {
				return fmt.Errorf("%s:%d: %w", name, n, err)
			}
			continue
		}
		call, err := row{fields: fields, at: at, zone: zone}.call()
		if err != nil {
			if err := bad(fmt.Errorf("%s:%d: %w", name, n, err)); err != nil {
				return err
			}
			continue
		}
		call.Line = n
		if err := use(call); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s:%d: %w", name, n+1, err)
	}
	if at == nil {
		return fmt.Errorf("%s: empty: expected a header", name)
	}
	return nil
}

func header(fields []string) (map[string]int, error) {
	at := map[string]int{}
	for i, name := range fields {
		at[name] = i
	}
	at[""] = len(fields) // last, as a column may have no name
	var missing []error
	for _, name := range columns {
		if _, ok := at[name]; !ok {
			missing = append(missing, fmt.Errorf("header: column %q is missing", name))
		}
	}
	return at, errors.Join(missing...)
}

// row is one line being parsed. The first error is kept; later columns are then not trusted.
type row struct {
	fields []string
	at     map[string]int
	zone   *time.Location
	err    error
}

var (
	typePattern   = regexp.MustCompile(`^[A-Z]{1,3}$`)
	serverPattern = regexp.MustCompile(`^[A-Z][A-Z0-9_-]{0,31}$`)
	clockPattern  = regexp.MustCompile(`^([0-9]{1,2}):([0-5][0-9]):([0-5][0-9])$`)
)

func (r row) call() (Call, error) {
	if len(r.fields) != r.at[""] {
		return Call{}, fmt.Errorf("%d columns: expected %d as in the header", len(r.fields), r.at[""])
	}
	c := Call{Priority: r.count("priority", 9), Type: r.text("type", typePattern), Day: r.date("date"), Server: r.text("server", serverPattern)}
	c.Outcome = r.outcome()
	entry, exit := r.clock("vru_entry"), r.clock("vru_exit")
	queueStart, queueExit := r.clock("q_start"), r.clock("q_exit")
	serviceStart, serviceExit := r.clock("ser_start"), r.clock("ser_exit")
	c.Waited, c.Worked = r.seconds("q_time"), r.seconds("ser_time")
	if r.err != nil {
		return Call{}, r.err
	}
	c.Entry = at(c.Day, entry)
	c.Exit = after(c.Entry, c.Day, exit)
	if queueStart != 0 || queueExit != 0 {
		c.QueueStart = after(c.Entry, c.Day, queueStart)
		c.QueueExit = after(c.Entry, c.Day, queueExit)
	}
	if serviceStart != 0 || serviceExit != 0 {
		c.ServiceStart = after(c.Entry, c.Day, serviceStart)
		c.ServiceExit = after(c.Entry, c.Day, serviceExit)
	}
	return c, nil
}

func (r *row) fail(column, format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("column %s: "+format, append([]any{column}, args...)...)
	}
}

func (r *row) text(column string, pattern *regexp.Regexp) string {
	s := r.fields[r.at[column]]
	if !pattern.MatchString(s) {
		r.fail(column, "%.40q: expected %s", s, pattern)
	}
	return s
}

func (r *row) outcome() Outcome {
	switch o := Outcome(r.fields[r.at["outcome"]]); o {
	case Agent, Hang, Phantom:
		return o
	default:
		r.fail("outcome", "%.40q: expected %s, %s or %s", string(o), Agent, Hang, Phantom)
		return ""
	}
}

func (r *row) count(column string, most int) int {
	s := r.fields[r.at[column]]
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > most {
		r.fail(column, "%.40q: expected a number from 0 to %d", s, most)
	}
	return n
}

func (r *row) seconds(column string) time.Duration {
	return time.Duration(r.count(column, 24*3600)) * time.Second
}

func (r *row) date(column string) time.Time {
	s := r.fields[r.at[column]]
	t, err := time.ParseInLocation("060102", s, r.zone)
	if err != nil {
		r.fail(column, "%.40q: expected yymmdd", s)
	}
	return t
}

// clock is a local time of day as the time since midnight; 0 is also how the recording says that there is none.
func (r *row) clock(column string) time.Duration {
	s := r.fields[r.at[column]]
	m := clockPattern.FindStringSubmatch(s)
	if m == nil {
		r.fail(column, "%.40q: expected h:mm:ss", s)
		return 0
	}
	var parts [3]int
	for i := range parts {
		parts[i], _ = strconv.Atoi(m[i+1]) // the pattern admits digits only
	}
	if parts[0] > 23 {
		r.fail(column, "%.40q: expected an hour from 0 to 23", s)
	}
	return time.Duration(parts[0])*time.Hour + time.Duration(parts[1])*time.Minute + time.Duration(parts[2])*time.Second
}

// at is the instant of a local time of day.
func at(day time.Time, clock time.Duration) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, int(clock/time.Hour), int(clock/time.Minute)%60, int(clock/time.Second)%60, 0, day.Location())
}

// after is the instant of a local time of day in a call that began at entry: half a day and more before entry can
// only be after midnight.
func after(entry, day time.Time, clock time.Duration) time.Time {
	t := at(day, clock)
	if entry.Sub(t) > 12*time.Hour {
		return at(day.AddDate(0, 0, 1), clock)
	}
	return t
}
