package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"stationkeeper/configs"
	"stationkeeper/internal/record"
)

const token = "0123456789abcdef0123456789abcdef"

// ask sends a request as wang and returns the decoded answer.
func (o *office) ask(method, path, body string, want int) (answer map[string]any) {
	o.t.Helper()
	r, err := http.NewRequestWithContext(o.t.Context(), method, "http://"+o.http+path, strings.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	if response.StatusCode != want {
		o.t.Fatalf("%s %s: %s %s, want %d", method, path, response.Status, text, want)
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		o.t.Fatalf("%v in %s", err, text)
	}
	return answer
}

// node is an agent that goes by every document, and does what it is told.
type node struct {
	t *testing.T
	mqtt.Client
	commands chan record.Command
}

func (o *office) node() *node {
	o.t.Helper()
	n := &node{o.t, mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + o.mqtt).SetAutoReconnect(false)), make(chan record.Command, 10)}
	n.wait(n.Connect())
	o.t.Cleanup(func() { n.Disconnect(0) })
	n.wait(n.Subscribe(record.NodeFilter(record.KindDesired, "demo", "agent"), 1, func(c mqtt.Client, m mqtt.Message) {
		d, err := record.DecodeDesired(m.Payload())
		if err != nil {
			o.t.Error(err)
		}
		go c.Publish(record.Root+"/demo/agent/config/reported", 1, true, record.Reported{Version: d.Version, Since: time.Now()}.Encode())
	}))
	n.wait(n.Subscribe(record.NodeFilter(record.KindCommand, "demo", "agent"), 1, func(c mqtt.Client, m mqtt.Message) {
		command, err := record.DecodeCommand(m.Payload())
		if err != nil {
			o.t.Error(err)
		}
		n.commands <- command
		go c.Publish(m.Topic()+"/result", 1, false, record.Result{ID: command.ID, Outcome: record.Done, Time: time.Now()}.Encode())
	}))
	n.wait(n.Publish(record.Root+"/demo/agent/online", 1, true, record.Presence{State: record.Online, Since: time.Now()}.Encode()))
	return n
}

func (n *node) wait(token mqtt.Token) {
	n.t.Helper()
	if !token.WaitTimeout(hang) || token.Error() != nil {
		n.t.Fatalf("no answer from the broker: %v", token.Error())
	}
}

// From the API to a node and back, as the configuration file has it, and again after head office was restarted.
func TestActingOnANode(t *testing.T) {
	dir := t.TempDir()
	tokens := filepath.Join(dir, "act.tokens")
	if err := os.WriteFile(tokens, []byte("wang:"+token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func() *office {
		o, err := options(configs.HeadOffice{Data: dir, HTTP: configs.Listener{Listen: "127.0.0.1:0"},
			MQTT: configs.Listener{Listen: "127.0.0.1:0"}, ActTokensFile: tokens}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return mustRun(t, o)
	}
	const path = "/api/v1/stations/demo/nodes/agent"
	o := run()
	o.send(1) // makes the node known
	o.ask(http.MethodPut, path+"/config", `{"documents":{"access":{"cards":[]}},"expect":0}`, http.StatusOK)
	unlock := o.ask(http.MethodPost, path+"/commands", `{"verb":"door.unlock","point":"machine-room/door","arguments":{"seconds":5},"expires_in":3600}`, http.StatusAccepted)
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	o = run()
	n := o.node()
	select {
	case c := <-n.commands:
		if c.ID != unlock["id"] || c.By != "wang" || c.Verb != "door.unlock" {
			t.Errorf("got %+v", c)
		}
	case <-time.After(hang):
		t.Fatal("the command does not arrive")
	}
	if got := o.ask(http.MethodGet, path+"/commands/"+unlock["id"].(string)+"?wait=60s", "", http.StatusOK); got["state"] != "done" || got["by"] != "wang" {
		t.Errorf("got %v", got)
	}
	for deadline := time.Now().Add(hang); ; {
		config := o.ask(http.MethodGet, path+"/config", "", http.StatusOK)
		if config["state"] == "applied" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the documents are not in force: %v", config)
		}
	}
}

func TestTokensAreCheckedAtTheStart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "act.tokens")
	if err := os.WriteFile(file, []byte("wang:"+token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := options(configs.HeadOffice{ActTokensFile: file}, nil)
	if err == nil || !strings.Contains(err.Error(), "chmod") {
		t.Errorf("got %v", err)
	}
}
