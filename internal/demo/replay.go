package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"text/tabwriter"
	"time"

	"stationkeeper/internal/record"
)

// The recordings that are replayed, below the folder of recordings.
const (
	temperatures = "temperature/office-ambient-fahrenheit.csv"
	customers    = "queue/bank-calls-1999-02-01..14.tsv.gz"
	customersDay = "1999-02-01"
	// alarmAbove is the limit of the alarm in °C.
	alarmAbove = 26
)

// replay lets a station live through recordings at full speed, and tells from head office what arrived. It returns
// an error when that is not what the station wrote down. The data folders of the programs are below keep, or, when
// that is empty, below a folder that is removed in the end.
func replay(ctx context.Context, p programs, recordings, keep string) error {
	for _, file := range []string{temperatures, customers} {
		if _, err := os.Stat(filepath.Join(recordings, file)); err != nil {
			return fmt.Errorf("recording is missing: %w; say where the recordings are: make replay DATA=folder", err)
		}
	}
	dir := keep
	if keep == "" {
		temporary, err := os.MkdirTemp("", "stationkeeper-replay-")
		if err != nil {
			return fmt.Errorf("create a folder for the replay: %w", err)
		}
		defer os.RemoveAll(temporary)
		dir = temporary
	}
	return withCrew(func(c *crew) error {
		out := &terminal{out: os.Stdout}
		office, err := startOnAnyPorts(ctx, c, p, out, dir)
		if err != nil {
			return err
		}
		began := time.Now()
		if err := playNodes(ctx, c, p, out, dir, recordings, office); err != nil {
			return err
		}
		r, err := takeAccount(ctx, dir, office, time.Since(began))
		if err != nil {
			return err
		}
		r.print(out)
		if !r.sound() {
			return errors.New("head office does not hold what the station wrote down")
		}
		return nil
	})
}

func startOnAnyPorts(ctx context.Context, c *crew, p programs, out io.Writer, dir string) (*headOffice, error) {
	httpAddr, err := anyPort()
	if err != nil {
		return nil, fmt.Errorf("find a port for head office: %w", err)
	}
	mqttAddr, err := anyPort()
	if err != nil {
		return nil, fmt.Errorf("find a port for the broker: %w", err)
	}
	return startHeadOffice(ctx, c, p, out, dir, httpAddr, mqttAddr)
}

// playNodes runs the agent and the kiosk side by side until both have come to the end of their recordings and head
// office has acknowledged everything.
func playNodes(ctx context.Context, c *crew, p programs, out io.Writer, dir, recordings string, office *headOffice) error {
	var nodes []*member
	for _, n := range []struct {
		name, config string
		args         []string
	}{
		{"agent", agentConfig(recordings), nil},
		{"kiosk", kioskConfig(recordings), []string{"--no-window"}},
	} {
		file := filepath.Join(dir, n.name+".yaml")
		if err := os.WriteFile(file, []byte(n.config), 0o600); err != nil {
			return fmt.Errorf("write the configuration of the %s: %w", n.name, err)
		}
		args := append([]string{"--config", file, "--station", "replay", "--node", n.name,
			"--broker", office.broker(), "--data", filepath.Join(dir, n.name)}, n.args...)
		m, err := c.start(n.name, out, exec.Command(p.path(n.name), args...))
		if err != nil {
			return err
		}
		nodes = append(nodes, m)
	}
	for range nodes {
		select {
		case m := <-c.ended:
			if m.err != nil || m.name == "headoffice" {
				return m.failure()
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// account is what a replay came to, all of it but Written as head office's API tells it.
type account struct {
	streams []comparison
	alarms  []alarm
	visits  visits
	// again counts the records that arrived more than once.
	again int
	// first and last are the times of the first and the last temperature.
	first, last time.Time
	took        time.Duration
}

func takeAccount(ctx context.Context, dir string, office *headOffice, took time.Duration) (account, error) {
	again, err := office.metric(ctx, "headoffice_ingest_duplicates_total")
	if err != nil {
		return account{}, err
	}
	a := account{took: took, again: again}
	for _, node := range []string{"agent", "kiosk"} {
		for _, stream := range record.Streams {
			held, err := office.records(ctx, "replay", node, string(stream))
			if err != nil {
				return account{}, err
			}
			written, epoch, err := journalled(filepath.Join(dir, node), stream)
			if err != nil {
				return account{}, err
			}
			a.streams = append(a.streams, compare(node, epoch, stream, written, held))
			if err := a.add(node, stream, held); err != nil {
				return account{}, err
			}
		}
	}
	return a, nil
}

func (a *account) add(node string, stream record.Stream, held []stored) (err error) {
	switch {
	case node == "kiosk" && stream == record.Events:
		a.visits, err = countVisits(held)
	case node == "agent" && stream == record.Events:
		a.alarms, err = alarms(held)
	case node == "agent" && len(held) > 0:
		a.first, a.last = held[0].Time, held[len(held)-1].Time
	}
	return err
}

func (a account) sound() bool {
	for _, c := range a.streams {
		if !c.sound() {
			return false
		}
	}
	return true
}

func (a account) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\nnode\tstream\twritten\tstored\tduplicates\tmissing\tchanged\tforeign\t")
	for _, c := range a.streams {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t\n", c.Node, c.Stream, c.Written, c.Stored, c.Duplicates, c.Missing, c.Changed, c.Foreign)
	}
	w.Flush()
	fmt.Fprintf(out, "Sent more than once and stored once: %d\n", a.again)
	const day, minute = "2006-01-02", "2006-01-02 15:04"
	fmt.Fprintf(out, "\nTemperature, %s to %s. The recording does not name its time zone; it is taken as UTC.\n",
		a.first.Format(day), a.last.Format(day))
	fmt.Fprintf(out, "Alarms above %d °C: %d\n", alarmAbove, len(a.alarms))
	for _, one := range a.alarms {
		cleared := "still raised"
		if !one.Cleared.IsZero() {
			cleared = one.Cleared.Format(minute)
		}
		fmt.Fprintf(out, "  %s to %s, raised at %.2f %s\n", one.Raised.Format(minute), cleared, one.Value, one.Unit)
	}
	v := a.visits
	fmt.Fprintf(out, "\nCustomers of %s: %d tickets issued, %d served, %d left\n", customersDay, v.Issued, v.Served, v.Left)
	fmt.Fprintf(out, "Mean wait: %.1f s of those served, %.1f s of those who left\n", v.MeanServed.Seconds(), v.MeanLeft.Seconds())
	fmt.Fprintf(out, "\nTook %s.\n", a.took.Round(10*time.Millisecond))
}

// agentConfig plays the temperatures.
func agentConfig(recordings string) string {
	return fmt.Sprintf(`
journal:
  telemetry_delay: 1s
replay:
  - point: office/temperature
    file: %q
    time_column: timestamp
    value_column: value
    unit: F
    zone: UTC
    speed: 0
alarms:
  - {name: high, point: office/temperature, above: %d, hysteresis: 0.5, level: major}
exit_at_end: true
`, filepath.Join(recordings, temperatures), alarmAbove)
}

// kioskConfig plays the customers. Nobody calls on its counter page, so any port will do.
func kioskConfig(recordings string) string {
	return fmt.Sprintf(`
counter_page:
  listen: 127.0.0.1:0
replay:
  file: %q
  date: %s
  time_zone: Asia/Jerusalem
  exit_at_end: true
`, filepath.Join(recordings, customers), customersDay)
}
