package main

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"stationkeeper/internal/machine"
)

// machines is where make test puts Debian's kernels.
const machines = "../../bin/machines"

// The agent's own binary, on a real kernel, reports what happens on its lines and buses.
func TestRoom(t *testing.T) {
	w, err := newWorkshop(t.Context(), machines, roomBoard)
	if errors.Is(err, machine.ErrNoKernel) {
		t.Skipf("no virtual machine can be started: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	done := &tally{out: t.Output()}
	done.run(t.Context(), w, plan{name: "room", board: roomBoard, checks: short()})
	for _, err := range done.failed {
		t.Error(err)
	}
	if want := len(short()) + 1; done.done != want {
		t.Errorf("%d checks were done, want %d", done.done, want)
	}
}

func TestTraceIsRead(t *testing.T) {
	const text = `# tracer: nop
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
          <idle>-0       [000] d.h1.    12.000100: key: (input_event+0x0/0x70) type=1 code=28 value=1
          <idle>-0       [000] d.h1.    12.000200: key: (input_event+0x0/0x70) type=1 code=28 value=0
          <idle>-0       [000] d.h1.    12.000300: key: (input_event+0x0/0x70) type=4 code=4 value=1
           agent-77      [000] .....    12.003000: gpio_value: 515 set 1
           agent-77      [000] .....    12.003001: gpio_direction: 515 out (0)
           agent-77      [000] .....    12.003002: gpio_value: 512 get 1
           agent-77      [000] .....    13.500000: gpio_value: 515 set 0
`
	got, err := parseTrace(text)
	if err != nil {
		t.Fatal(err)
	}
	want := []happening{
		{at: 12*time.Second + 100*time.Microsecond, line: -1, key: 28},
		{at: 12*time.Second + 3*time.Millisecond, line: 515, high: true},
		{at: 13*time.Second + 500*time.Millisecond, line: 515},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, want %+v", got, want)
	}
}
