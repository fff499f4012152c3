package watch

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"stationkeeper/headoffice/store"
	"stationkeeper/internal/record"
)

// evening fills a station's machine room: technicians who came and went, one who is there, a visitor with a work order,
// a door that is held and locked down, maintenance, documents that were refused and commands.
func (o *office) evening(station string, now time.Time) {
	o.t.Helper()
	const door, area = "machine-room/door", "machine-room"
	key := store.NodeKey{Station: station, Node: "agent"}
	var entries []record.Entry
	add := func(typ, source string, ago time.Duration, data any) {
		entries = append(entries, record.NewEntry(typ, source, now.Add(-ago), data))
	}
	visit := func(id, person, name, purpose string, ago, stay time.Duration, how string) {
		d := record.RegisterData{Visit: id, Person: person, Name: name, Card: "****" + id, Visitor: purpose != "", Purpose: purpose,
			Door: door, Since: now.Add(-ago)}
		add(record.AccessGranted, door, ago, record.AccessData{Reader: area + "/badge-in", Direction: "in", Method: "card+pin",
			Card: d.Card, Person: person, Name: name, Visitor: d.Visitor, Purpose: purpose, Unlocked: 5})
		add(record.RegisterEntered, area, ago-3*time.Second, d)
		if how != "" {
			d.Inside, d.How = stay.Seconds(), how
			if how != "badge" {
				d.Door = ""
			}
			add(record.RegisterLeft, area, ago-stay, d)
		}
	}
	visit("0101", "p1", "王建国", "", 9*time.Hour, 47*time.Minute, "badge")
	visit("0102", "p2", "Schneider, Anna", "", 7*time.Hour, 5*time.Hour, "rule")
	visit("0103", "v1", "陈师傅", "WO-20261123-07", 3*time.Hour, 31*time.Minute, "badge")
	visit("0104", "p3", "欧阳志远", "", 2*time.Hour, 0, "")
	visit("0105", "v2", "李师傅（空调维保）", "WO-20261123-11", 26*time.Minute, 0, "")
	add(record.AccessDenied, door, 20*time.Minute, record.AccessData{Reader: area + "/badge-in", Direction: "in", Method: "card",
		Card: "****7731", Hash: strings.Repeat("ab", 16), Reason: "unknown-card"})
	add(record.MaintenanceBegan, area+"/temperature", 15*time.Minute, record.MaintenanceData{Points: []string{area + "/temperature"},
		By: "王建国", Until: now.Add(2 * time.Hour), Reason: "更换空调滤网"})
	add(record.AlarmRaised, door, 12*time.Minute, record.AlarmData{Serial: 8, Rule: "held", Level: "minor", Kind: "condition"})
	add(record.AlarmRepeated, door, 7*time.Minute, record.AlarmData{Serial: 8, Rule: "held", Level: "minor", Kind: "condition", Times: 4})
	add(record.AlarmRaised, "outside/temperature", 6*time.Minute, record.AlarmData{Serial: 9, Rule: "fast", Level: "hint", Kind: "rate",
		Value: 6.2, Limit: 5, Unit: "°C"})
	add(record.ModeChanged, door, 5*time.Minute, record.ModeData{Mode: "lockdown", By: "wang", Reason: "演练"})
	add(record.InputActivated, "machine-room/mains", 3*time.Minute, record.InputData{Kind: "mains"})
	add(record.CommandExecuted, door, 5*time.Minute, record.CommandData{ID: "c1", Verb: "door.lockdown", By: "wang",
		Issued: now.Add(-5 * time.Minute), Expires: now, Outcome: record.Done})
	for _, c := range []struct {
		id, verb string
		ago      time.Duration
	}{{"c1", "door.lockdown", 5 * time.Minute}, {"c2", "register.close", 40 * time.Second}} {
		_, err := o.store.Command(o.t.Context(), key, record.Command{ID: c.id, Verb: c.verb, Point: door, By: "wang",
			Issued: now.Add(-c.ago), Expires: now.Add(time.Minute)})
		if err != nil {
			o.t.Fatal(err)
		}
	}
	o.happened(station, "agent", record.Events, entries...)
	o.state(station, "agent", door+"/lock", record.State{Value: "lockdown", Time: now.Add(-5 * time.Minute)})
	o.state(station, "agent", "vault/door/lock", record.State{Value: "unlocked", Time: now.Add(-5 * time.Minute)})
	o.state(station, "agent", area+"/inside", record.State{Value: 2.0, Time: now.Add(-26 * time.Minute)})
	o.state(station, "agent", "machine-room/mains", record.State{Value: "active", Time: now.Add(-3 * time.Minute)})
	for range 4 {
		_, err := o.store.Desire(o.t.Context(), key, map[string]json.RawMessage{"access": json.RawMessage(`{}`)}, store.AnyVersion,
			"wang", now.Add(-time.Hour))
		if err != nil {
			o.t.Fatal(err)
		}
	}
	err := o.store.Hear(o.t.Context(), []store.Heard{{From: key, Received: now, Reported: &record.Reported{Version: 3,
		Since: now.Add(-26 * time.Hour), Refused: &record.Refusal{Version: 4, Reason: "access: cards[3].hash: expected 32 hexadecimal digits", Time: now}}}})
	if err != nil {
		o.t.Fatal(err)
	}
}

func TestMachineRoomPage(t *testing.T) {
	o := mustOffice(t)
	o.day("hangzhou-01", noon)
	o.evening("hangzhou-01", noon)
	for path, texts := range map[string][]string{
		"/?lang=zh": {"机房在场", "在场"},
		"/stations/hangzhou-01?lang=zh": {"机房在场人员", "欧阳志远", "1 小时 59 分", "李师傅（空调维保）", "访客", "事由 WO-20261123-11",
			"超时自动登记离开", "47 分钟", "门未及时关闭", "已 4 次", "每小时变化 6.2 °C，限值 5.0 °C", "封锁 · 操作人 wang · 演练",
			"维护中", "更换空调滤网", "未登记的卡", strings.Repeat("ab", 16), "刷卡加密码", "配置第 3 版", "配置第 4 版被拒绝：access: cards[3].hash", "远程命令", "完成",
			"等待节点上线", "动作", `lock-open">已解锁<`},
		"/stations/hangzhou-01?lang=en": {"Who is inside", "1 h 59 min", "visitor", "purpose WO-20261123-11", "closed by rule",
			"Door held open", "4 times", "lockdown · by wang", "In maintenance", "card not known", "card and PIN", "configuration 3 since",
			"configuration 4 refused: access: cards[3].hash", "Lock down", "waiting for the node"},
	} {
		rw := o.get(path)
		if rw.Code != http.StatusOK {
			t.Fatalf("%s: status %d", path, rw.Code)
		}
		for _, text := range texts {
			if !strings.Contains(rw.Body.String(), text) {
				t.Errorf("%s: %q is missing", path, text)
			}
		}
	}
	body := o.get("/stations/hangzhou-01?lang=en").Body.String()
	inside, _, _ := strings.Cut(body[strings.Index(body, `<ul class="inside">`):], "</ul>")
	if strings.Contains(inside, "王建国") || strings.Contains(inside, "Schneider") || strings.Count(inside, "<li>") != 2 {
		t.Errorf("who is inside: %s", inside)
	}
}

// Maintenance that is over, a door back to normal and documents that are in force are not spoken of.
func TestMachineRoomPageWhenAllIsOver(t *testing.T) {
	o := mustOffice(t)
	o.day("hangzhou-01", noon)
	o.evening("hangzhou-01", noon.Add(-4*time.Hour))
	o.happened("hangzhou-01", "agent", record.Events,
		record.NewEntry(record.ModeChanged, "machine-room/door", noon, record.ModeData{Mode: "normal", By: "wang"}),
		record.NewEntry(record.ConfigApplied, "config", noon, record.ConfigData{Version: 4, Documents: []string{"access"}}),
		record.NewEntry(record.AlarmCleared, "machine-room/door", noon, record.AlarmData{Serial: 8, Rule: "held", Level: "minor",
			Kind: "condition", Inhibited: "王建国"}))
	body := o.get("/stations/hangzhou-01?lang=en").Body.String()
	for _, text := range []string{"In maintenance", `class="mode `, "configuration 4 refused"} {
		if strings.Contains(body, text) {
			t.Errorf("%q is shown", text)
		}
	}
	for _, text := range []string{"configuration 4 since", "in maintenance (王建国)"} {
		if !strings.Contains(body, text) {
			t.Errorf("%q is missing", text)
		}
	}
}
