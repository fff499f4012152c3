package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// A task is what this program does in a process of its own, because its memory, its CPU time or its death is what is
// measured. It is told what to do line by line, and answers with lines that begin with answerMark and a name.
type task interface {
	play(ctx context.Context, orders *bufio.Scanner, answer func(name string, body any) error) error
}

const (
	// taskVariable is the environment variable that makes this program play a task; its value is kind and parameters.
	taskVariable = "STATIONKEEPER_BENCH_TASK"
	answerMark   = "@"
)

// tasks are the tasks by kind, without their parameters.
var tasks = map[string]func() task{
	"node":   func() task { return new(nodeTask) },
	"rival":  func() task { return new(rivalTask) },
	"reopen": func() task { return new(reopenTask) },
}

// assignment is the value of taskVariable.
type assignment struct {
	Kind       string
	Parameters json.RawMessage
}

// startTask runs this same program as a task.
func startTask(kind string, parameters task) (*process, error) {
	spelled, err := json.Marshal(parameters)
	if err != nil {
		return nil, fmt.Errorf("spell task %s: %w", kind, err)
	}
	value, err := json.Marshal(assignment{kind, spelled})
	if err != nil {
		return nil, fmt.Errorf("spell task %s: %w", kind, err)
	}
	own, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.Command(own)
	cmd.Env = append(os.Environ(), taskVariable+"="+string(value))
	return start(kind, cmd)
}

// playTask does the task that the environment asks for; asked is false when it asks for none.
func playTask(ctx context.Context, orders io.Reader, out io.Writer) (asked bool, err error) {
	value, asked := os.LookupEnv(taskVariable)
	if !asked {
		return false, nil
	}
	var a assignment
	if err := json.Unmarshal([]byte(value), &a); err != nil {
		return true, fmt.Errorf("read %s: %w", taskVariable, err)
	}
	blank, ok := tasks[a.Kind]
	if !ok {
		return true, fmt.Errorf("task %q: there is none of that name", a.Kind)
	}
	t := blank()
	if err := json.Unmarshal(a.Parameters, t); err != nil {
		return true, fmt.Errorf("read the parameters of task %s: %w", a.Kind, err)
	}
	return true, t.play(ctx, bufio.NewScanner(orders), func(name string, body any) error {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s%s %s\n", answerMark, name, text)
		return err
	})
}
