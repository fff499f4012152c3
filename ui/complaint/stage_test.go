package complaint

import (
	"context"
	"fmt"
	"testing"
	"time"

	"stationkeeper/ui/flow"
	"stationkeeper/ui/flow/flowtest"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/screentest"
)

func TestMain(m *testing.M) { screentest.Main(m) }

// desk takes complaints.
type desk struct {
	filed   []Complaint
	receipt Receipt
	page    string
	err     error
}

func (d *desk) File(_ context.Context, c Complaint) (Receipt, error) {
	d.filed = append(d.filed, c)
	return d.receipt, d.err
}

func (d *desk) Page(context.Context) string { return d.page }

// usual are the topics of a branch; the last one has nothing to choose from.
func usual() []Topic {
	topic := func(id, zh, en string, details ...string) Topic {
		t := Topic{ID: id, Names: lang.Names{lang.Chinese: zh, lang.English: en}}
		for i := 0; i < len(details); i += 2 {
			t.Details = append(t.Details, Detail{ID: fmt.Sprintf("%s-%d", id, i/2),
				Names: lang.Names{lang.Chinese: details[i], lang.English: details[i+1]}})
		}
		return t
	}
	return []Topic{
		topic("staff", "工作人员", "Staff", "态度不好", "Not friendly", "业务不熟练", "Did not know how", "没有一次说清需要什么", "Not told at once what was needed",
			"让我去别处", "Sent me elsewhere", "不在岗位", "Nobody at the counter", "办理时做别的事", "Busy with other things", "其他", "Something else"),
		topic("wait", "等候时间", "Waiting", "等得太久", "Too long", "预计时间不准", "The expected wait was wrong", "有人插队", "Others went first"),
		topic("papers", "材料与手续", "Papers and procedure", "材料太多", "Too many papers", "多次往返", "Had to come back"),
		topic("fees", "收费", "Fees", "收费不明", "Not clear", "收错了", "Wrong"),
		topic("place", "环境与设施", "The hall", "卫生", "Not clean", "太冷或太热", "Too cold or too hot", "座位不够", "Too few seats", "无障碍设施", "Barriers"),
		topic("machines", "自助设备", "Machines", "不能用", "Out of order", "看不懂", "Hard to understand"),
		topic("other", "其他", "Something else"),
	}
}

// play is the flow on stage.
type play struct {
	*flowtest.Stage
	desk *desk
	flow *Flow
}

func newPlay(t *testing.T, s flowtest.Setting, topics []Topic) *play {
	t.Helper()
	p := &play{desk: &desk{page: "https://kiosk.example/c/4f7Hk2QmZx81Lp0sWvYb", receipt: Receipt{Number: "20261123-003",
		Deadline: time.Date(2026, 11, 25, 17, 0, 0, 0, time.FixedZone("CST", 8*3600))}}}
	p.Stage = flowtest.New(t, s, func(shell flow.Shell) flow.Flow {
		p.flow = New(shell, Options{Desk: p.desk, Now: func() time.Time { return p.Now }})
		p.flow.Show(topics)
		return p.flow
	})
	return p
}

func (p *play) words() *lang.ComplaintWords { return &p.Scene().Words.Complaint }

// press taps what has a text written on it.
func (p *play) press(text string) { p.Tap(p.Button(text)) }

// choose taps the option at a place.
func (p *play) choose(i int) {
	options := p.flow.choice.options
	for range i {
		if options.Option(i) != nil {
			break
		}
		p.Tap(options.Pager.Next())
	}
	p.Tap(options.Option(i))
}

func (p *play) dial(digits string) {
	for _, d := range digits {
		p.Tap(p.flow.call.pad.Key(d))
	}
}
