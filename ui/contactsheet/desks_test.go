package contactsheet

import (
	"context"
	"fmt"
	"time"

	"stationkeeper/kiosk/hours"
	"stationkeeper/ui/backroom"
	"stationkeeper/ui/checkin"
	"stationkeeper/ui/complaint"
	"stationkeeper/ui/flow"
	"stationkeeper/ui/information"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/lobby"
	"stationkeeper/ui/survey"
)

const page = "https://hall.example.org/t/abcdefghijklmnopqrstuvwxyz"

// desk is a whole station behind the screen, which answers at once and as it is told.
type desk struct {
	refuses error
	came    bool // what becomes of paper
	early   bool // for an appointment
	numbers int
}

func both(zh, en string) lang.Names { return lang.Names{lang.Chinese: zh, lang.English: en} }

func (d *desk) TakeTicket(_ context.Context, service, request string) (lobby.Ticket, error) {
	if d.refuses != nil {
		return lobby.Ticket{}, d.refuses
	}
	d.numbers++
	return lobby.Ticket{ID: "t" + request, Number: fmt.Sprintf("A%03d", 41+d.numbers), Service: service, Ahead: 7, Wait: lobby.Wait{Low: 14, High: 38},
		Page: page, Paper: true}, nil
}

func (d *desk) Print(context.Context, string, lang.Language) (bool, error) { return d.came, nil }

func (d *desk) Reprint(context.Context, string, lang.Language, string) (bool, error) {
	return d.came, nil
}

func (d *desk) CheckIn(_ context.Context, p checkin.Proof, _ string) (checkin.Arrival, error) {
	if d.early {
		return checkin.Arrival{}, fmt.Errorf("check in %+v: %w", p, checkin.ErrUnknown)
	}
	return checkin.Arrival{Ticket: &flow.Ticket{ID: "t9", Number: "Y003", Service: "s1", Ahead: 1, Wait: flow.Wait{Low: 2, High: 9}, Page: page}}, nil
}

func (d *desk) Visit(context.Context, survey.Proof) (survey.Visit, error) {
	return survey.Visit{Ticket: "t12", Number: "A012", Service: both("个人现金业务", "Personal cash services"), Counter: both("3 号窗口", "Counter 3")}, nil
}

func (d *desk) Rate(context.Context, survey.Rating) (string, error) { return "20261123-004", nil }

func (d *desk) File(context.Context, complaint.Complaint) (complaint.Receipt, error) {
	return complaint.Receipt{Number: "20261123-003", Deadline: time.Date(2026, 11, 25, 17, 0, 0, 0, zone)}, nil
}

func (d *desk) Page(context.Context) string { return "https://hall.example.org/c/4f7Hk2QmZx81Lp0sWvYb" }

// silent says nothing: its button is what is to be seen.
type silent struct{}

func (silent) Say(context.Context, lang.Language, string) error { return nil }

func topics() []complaint.Topic {
	topic := func(id, zh, en string, details ...string) complaint.Topic {
		t := complaint.Topic{ID: id, Names: both(zh, en)}
		for i := 0; i < len(details); i += 2 {
			t.Details = append(t.Details, complaint.Detail{ID: fmt.Sprint(i), Names: both(details[i], details[i+1])})
		}
		return t
	}
	return []complaint.Topic{
		topic("staff", "工作人员", "Staff", "态度不好", "Not friendly", "业务不熟练", "Did not know how", "没有一次说清需要什么", "Not told at once what was needed"),
		topic("wait", "等候时间", "Waiting", "等得太久", "Too long", "预计时间不准", "The expected wait was wrong"),
		topic("fees", "收费", "Fees", "收费不明", "Not clear"),
		topic("place", "环境与设施", "The hall", "卫生", "Not clean"),
		topic("other", "其他", "Something else"),
	}
}

func pages(o *hours.Hours) information.Pages {
	return information.Pages{
		Notices: notices,
		Prices: []information.Group{{Names: both("个人账户", "Personal accounts"), Items: []information.Item{
			{Names: both("补办借记卡", "Replacing a debit card"), Price: "¥5.00", Unit: both("每张", "per card")},
			{Names: both("跨行汇款", "Transfer to another bank"), Price: "¥2.00 – ¥50.00", Unit: both("每笔", "per transfer"), Note: both("按金额", "by amount")},
			{Names: both("账户管理", "Account management"), Price: "¥0.00"},
		}}},
		Pledge: []lang.Names{both("等候超过承诺时间，请告诉大堂经理", "If you wait longer than promised, please tell the lobby manager"),
			both("材料一次告知，办理一次完成", "We tell you everything that is needed at once")},
		Staff: []information.Person{{Number: "1024", Name: "王晓", Role: both("柜员", "Teller"), Counter: both("1 号窗口", "Counter 1")},
			{Number: "1027", Name: "李㐂", Role: both("大堂经理", "Lobby manager")}},
		Hours: []information.Opening{{Hours: o}},
	}
}

var notices = []lang.Names{both("本周五 15:00 起停业盘点，请提前办理业务", "We close on Friday at 15:00 for stocktaking. Please come earlier"),
	both("请妥善保管随身物品", "Please look after your belongings")}

var zone = time.FixedZone("CST", 8*3600)

var morning = time.Date(2026, 11, 23, 10, 15, 0, 0, zone)

// bank is a branch in the morning with that many services.
func bank(services int) lobby.Snapshot {
	names := []lang.Names{both("个人现金业务", "Personal cash services"), both("个人非现金业务", "Personal account services"),
		both("对公业务", "Business banking"), both("贵宾理财", "Wealth management"), both("外币兑换与跨境汇款", "Foreign exchange and international transfers"),
		both("社保卡与养老金业务", "Social security card and pension services"), both("贷款咨询", "Loan advice"), both("挂失补卡", "Lost cards and replacements")}
	s := lobby.Snapshot{At: morning, Paper: true, Appointments: true, Notices: notices}
	for i := range services {
		one := lobby.Service{ID: fmt.Sprintf("s%d", i), Mark: string(rune('A' + i)), Names: names[i%len(names)], Ahead: (i * 7) % 13, Waiting: (i * 7) % 13}
		if i > 0 {
			one.Wait = lobby.Wait{Low: one.Ahead * 2, High: one.Ahead*5 + 3}
		}
		s.Services = append(s.Services, one)
	}
	for i := range 7 {
		s.Called = append(s.Called, lobby.Call{Number: fmt.Sprintf("%c%03d", 'A'+i%4, 41-3*i), Counter: fmt.Sprint(i%5 + 1)})
	}
	return s
}

// evening is a branch of which some services give no tickets any more.
func evening() lobby.Snapshot {
	s := bank(6)
	s.At = morning.Add(7 * time.Hour)
	s.Services[1].Availability, s.Services[1].Opens = lobby.Closed, morning.Add(23*time.Hour)
	s.Services[2].Availability = lobby.Full
	s.Services[3].Availability = lobby.TooLate
	return s
}

// night is a branch that is closed.
func night() lobby.Snapshot {
	s := bank(6)
	s.At, s.Opens, s.Called = morning.Add(11*time.Hour), morning.Add(23*time.Hour), nil
	for i := range s.Services {
		s.Services[i].Availability, s.Services[i].Opens = lobby.Closed, s.Opens
	}
	return s
}

// grouped is a branch whose services are sorted.
func grouped() lobby.Snapshot {
	s := bank(8)
	s.Groups = []lobby.Group{{ID: "1", Names: both("个人业务", "For yourself")}, {ID: "2", Names: both("外币与社保", "Foreign exchange and social security")}}
	for i, group := range []string{"1", "1", "", "1", "2", "2", "", "1"} {
		s.Services[i].Group = group
	}
	return s
}

// staff is one clerk, and a machine that needs paper soon.
type staff struct{}

func (staff) Unlock(context.Context, string, string) (backroom.Clerk, error) {
	return backroom.Clerk{Number: "1001", Name: "王晓", Role: "manager"}, nil
}

func (staff) Status(context.Context) (backroom.Status, error) {
	return backroom.Status{At: morning, Sound: backroom.Well, DiskFree: 51e9, DiskSize: 64e9, Version: "v1.4.0", Started: morning.Add(-2 * time.Hour),
		Printer: backroom.Printer{State: backroom.Warned, Reason: "near-end", PaperMM: 4200, PaperDays: 0.6},
		Network: backroom.Network{State: backroom.Well, Address: "192.168.1.20"}}, nil
}

func (staff) Act(context.Context, backroom.Clerk, backroom.Act) error { return nil }
