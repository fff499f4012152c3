package endtoend

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"stationkeeper/internal/record"
)

// disk is a small file system of its own, which a test may fill.
type disk string

func smallDisk(t *testing.T) disk {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("none", dir, "tmpfs", 0, "size=32m,mode=0700"); err != nil {
		t.Skipf("no file system to fill: mounting one needs root, and not in every container: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return disk(dir)
}

// folder is where a program may keep its data.
func (d disk) folder() string { return filepath.Join(string(d), "data") }

func (d disk) ballast() string { return filepath.Join(string(d), "ballast") }

// fill takes all room that is left.
func (d disk) fill(t *testing.T) {
	t.Helper()
	file, err := os.Create(d.ballast())
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for size := 1 << 20; size > 0; { // ever smaller pieces, to the last byte
		if _, err = file.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	if !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("fill the disk: %v", err)
	}
}

// clear makes room again.
func (d disk) clear(t *testing.T) {
	t.Helper()
	if err := os.Remove(d.ballast()); err != nil {
		t.Fatal(err)
	}
}

// health is what head office answers whoever asks whether it is well.
func (o *office) health(t *testing.T) (status int) {
	t.Helper()
	response, err := http.Get("http://" + o.http + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// TestHeadOfficeWithoutDatabase lets head office's disk be full for a while: it says so, in its log and to whoever asks,
// shows what it has, acknowledges nothing, and when there is room again gets everything.
func TestHeadOfficeWithoutDatabase(t *testing.T) {
	t.Parallel()
	d := smallDisk(t)
	o := &office{data: d.folder(), http: "127.0.0.1:0", mqtt: "127.0.0.1:0"}
	o.start(t)
	data := t.TempDir()
	kiosk := startKiosk(t, o, data)
	for range 10 {
		kiosk.mustTake(t)
	}
	o.until(t, "10 tickets", func() bool { return o.count(t, "kiosk", record.TicketIssued) == 10 })
	d.fill(t)
	for range 40 {
		kiosk.mustTake(t)
	}
	t.Logf("%v", o.says("the database fails: nothing is acknowledged until it works again"))
	if got := o.count(t, "kiosk", record.TicketIssued); got < 10 || got >= 50 {
		t.Errorf("while its disk is full head office shows %d tickets, want those it has: from 10 to 49", got)
	}
	o.until(t, "is ill", func() bool { return o.health(t) == http.StatusServiceUnavailable })
	d.clear(t)
	o.says("the database works again")
	o.until(t, "is well again", func() bool { return o.health(t) == http.StatusOK })
	kiosk.mustTake(t)
	o.until(t, "51 tickets", func() bool { return o.count(t, "kiosk", record.TicketIssued) == 51 })
	kiosk.stop()
	o.compare(t, "kiosk", data)
	o.stop()
}

// TestKioskWithoutDisk fills the disk under a kiosk while head office is away. A ticket that it gives out all the same is
// kept, and reported when head office is back.
func TestKioskWithoutDisk(t *testing.T) {
	t.Parallel()
	o := startOffice(t, "")
	d := smallDisk(t)
	kiosk := startKiosk(t, o, d.folder())
	kiosk.mustTake(t)
	o.until(t, "the first ticket", func() bool { return o.count(t, "kiosk", record.TicketIssued) == 1 })
	o.kill()
	promised := 1
	for range 20 {
		kiosk.mustTake(t)
		promised++
	}
	d.fill(t)
	full := false
	for tries, more := 0, 100; more > 0; tries++ { // after its journal has met the end of the disk
		if tries == 20_000 {
			t.Fatal("the journal of 20000 tickets fits on a full disk")
		}
		if _, err := kiosk.take(t); err == nil {
			promised++
		}
		if full = full || kiosk.said("the disk is full"); full {
			more--
		}
	}
	d.clear(t)
	o.start(t)
	o.until(t, "every ticket given out", func() bool { return o.count(t, "kiosk", record.TicketIssued) >= promised })
	kiosk.stop()
	o.compare(t, "kiosk", d.folder())
	t.Logf("%d tickets given out", promised)
	o.stop()
}

// pacedRoom is an agent with a simulated machine room and a recording played at several points, hundreds of lines in a
// second, so that alarms come and go and a disk fills. With this seed somebody comes soon.
const pacedRoom = `station: demo
data: %s
broker: {url: %q}
journal: {telemetry_delay: 200ms}
simulate: {speed: 600, seed: 19, interval: 1s}
replay:
  - {point: store/temperature, file: %[3]s, speed: 1000000}
  - {point: cellar/temperature, file: %[3]s, speed: 1000000}
  - {point: attic/temperature, file: %[3]s, speed: 1000000}
alarms:
  - {name: high, point: store/temperature, above: 29.5, hysteresis: 1, level: minor}
`

// TestAgentWithoutDisk fills the disk under an agent. It says so, goes on deciding about doors and alarms, and nothing of
// that is missing in the end.
func TestAgentWithoutDisk(t *testing.T) {
	t.Parallel()
	o := startOffice(t, "")
	d := smallDisk(t)
	agent := start(t, "agent", "--config",
		writeFile(t, "agent.yaml", fmt.Appendf(nil, pacedRoom, d.folder(), o.url(), recording(t, 100_000))))
	agent.says("agent ready")
	o.until(t, "the first door event", func() bool { return o.count(t, "agent", record.DoorClosed) == 1 })
	d.fill(t)
	t.Logf("%v", agent.says("the disk is full"))
	agent.says("msg=door.opened")
	d.clear(t)
	agent.says("the disk has room again")
	agent.stop()
	o.compare(t, "agent", d.folder())
	opened := 0
	for _, line := range agent.Lines() {
		if strings.Contains(line, "msg=door.opened") {
			opened++
		}
	}
	if got := o.count(t, "agent", record.DoorOpened); got != opened {
		t.Errorf("head office has %d door events, the agent saw the door opened %d times", got, opened)
	}
	o.stop()
}
