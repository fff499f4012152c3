package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stationkeeper/agent/access"
	"stationkeeper/agent/alarm"
	"stationkeeper/internal/desired"
	"stationkeeper/internal/record"
	"stationkeeper/sensors/badge"
)

func newDocuments(t *testing.T) *documents {
	t.Helper()
	return &documents{
		Documents: desired.In(t.TempDir()), site: testSite, key: demoKey, ownAccess: []byte("{}"), log: quiet(),
		points: []alarm.Point{{Name: "office/temperature", Unit: "°C", Measured: true}},
	}
}

func asked(version uint64, name, document string) record.Desired {
	return record.Desired{Version: version, Issued: noon, By: "duty", Documents: map[string]json.RawMessage{name: json.RawMessage(document)}}
}

func oneCard(number string) string {
	return fmt.Sprintf(`{"cards":[{"hash":%q,"person":"p1","doors":[{"door":"room/door"}]}]}`, demoKey.Card(number))
}

// opens reports whether a card opens the keeper's door.
func opens(k *keeper, tr *trail, number string) bool {
	tr.take()
	k.handle(func(k *keeper) {
		k.presented(reader{"room/reader", demoKey}, badge.Sighting{Card: badge.Card(number), At: noon})
	})
	return strings.Contains(strings.Join(tr.take(), "\n"), record.AccessGranted)
}

func TestDocumentsComeIntoForceAtOnceAndStay(t *testing.T) {
	d, dir := newDocuments(t), t.TempDir()
	d.Documents = desired.In(dir)
	k, tr, _ := newKeeper(t)
	guarded(t, k, tr)
	in := newInbox()
	take := func(desired record.Desired) []string {
		go d.desired(in, desired)
		k.handle(<-in.orders)
		return tr.take()
	}
	words := strings.Join(take(asked(7, "access", oneCard("0012345678"))), "\n")
	if !strings.Contains(words, `config.applied {"version":7,"documents":["access"],"by":"duty"}`) || !strings.Contains(words, "in force: 7") {
		t.Errorf("got\n%s", words)
	}
	if opens(k, tr, "0047110815") || !opens(k, tr, "0012345678") {
		t.Error("the old card opens, or the new one does not")
	}
	// The same again, as after a reconnection: it is only said again what is in force.
	expectWords(t, take(asked(7, "access", oneCard("0012345678"))), "in force: 7")
	// A bad one changes nothing, as a whole.
	bad := asked(8, "access", `{"cards":[{"hash":"x"}]}`)
	bad.Documents["alarms"] = json.RawMessage(`{"rules":[]}`)
	bad.Documents["weather"] = json.RawMessage(`{}`)
	words = strings.Join(take(bad), "\n")
	for _, want := range []string{`config.refused {"version":8`, "in force: 7 refused 8:", "cards[0].hash", "weather: not known here"} {
		if !strings.Contains(words, want) {
			t.Errorf("no %q in\n%s", want, words)
		}
	}
	if words := take(bad); len(words) != 1 { // written down once
		t.Errorf("got %q", words)
	}
	if !opens(k, tr, "0012345678") {
		t.Error("the card does not open any more")
	}
	// After a restart they are in force, and what was refused is known.
	again := newDocuments(t)
	again.Documents = desired.In(dir)
	set, misfit, err := again.open()
	if err != nil || misfit != nil || set.desired.Version != 7 {
		t.Fatalf("version %d, misfit %v, %v", set.desired.Version, misfit, err)
	}
	k.policy, k.desired = set.policy, set.desired
	k.handle(func(k *keeper) { k.begin(nil, record.NewEntry(record.NodeStarted, "node", noon, record.NodeData{})) })
	if words := strings.Join(tr.take(), "\n"); strings.Contains(words, "config.") || !strings.Contains(words, "in force: 7 refused 8:") {
		t.Errorf("after a restart:\n%s", words)
	}
	if !opens(k, tr, "0012345678") {
		t.Error("the card does not open after a restart")
	}
}

func TestDocumentsThatDoNotFitAnyMoreLeaveTheStationsOwn(t *testing.T) {
	d, dir := newDocuments(t), t.TempDir()
	d.Documents = desired.In(dir)
	if _, err := d.take(asked(3, "access", oneCard("0012345678"))); err != nil {
		t.Fatal(err)
	}
	smaller := newDocuments(t)
	smaller.Documents, smaller.site = desired.In(dir), access.Site{}
	set, misfit, err := smaller.open()
	if err != nil || misfit == nil || misfit.desired.Version != 3 || set.policy == nil || set.desired.Version != 0 {
		t.Fatalf("%+v, misfit %+v, %v", set.desired, misfit, err)
	}
	k, tr, _ := newKeeper(t)
	k.policy, k.misfit, k.memory.Config = set.policy, misfit, 3
	for _, want := range []string{`config.applied {"version":0}, config.refused {"version":3,"documents":["access"]`, ""} { // once
		k.handle(func(k *keeper) { k.begin(nil, record.NewEntry(record.NodeStarted, "node", noon, record.NodeData{})) })
		words := strings.Join(tr.take(), "\n")
		if !strings.Contains(words, want) || want == "" && strings.Contains(words, "config.") || !strings.Contains(words, "in force: 0 refused 3:") {
			t.Errorf("got\n%s", words)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, desired.FileName), []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.Documents = desired.In(dir)
	if set, misfit, err = d.open(); err != nil || misfit == nil || set.policy == nil {
		t.Errorf("rubbish: misfit %+v, %v", misfit, err)
	}
}

func TestDocumentsThatCannotBeKeptAreRefused(t *testing.T) {
	d := newDocuments(t)
	d.Documents = desired.In(filepath.Join(t.TempDir(), "nowhere"))
	if _, err := d.take(asked(1, "access", "{}")); err == nil || !strings.Contains(err.Error(), "keep them") {
		t.Errorf("got %v", err)
	}
	d.key = nil
	if _, err := d.take(asked(1, "access", "{}")); err == nil || !strings.Contains(err.Error(), "access.key_file") {
		t.Errorf("without a key: %v", err)
	}
	if set, err := d.read(record.Desired{}); err != nil || set.policy != nil {
		t.Errorf("without access rules: %v, %v", set.policy, err)
	}
}
