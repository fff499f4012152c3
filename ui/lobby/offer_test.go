package lobby

import (
	"slices"
	"strings"
	"testing"
	"time"

	"stationkeeper/ui/lang"
	"stationkeeper/ui/widgets"
)

func TestOffers(t *testing.T) {
	p := newPlay(t, 1280, 800)
	p.show(evening(8))
	p.mustRead("前面 9 人 · 约 18–48 分钟", "无人等待", "现在不办理，明天 09:00 开始", "今日号已取完", "排队已到下班时间，今日不再取号",
		"现在不办理，12 月 8 日 09:20 开始")
	if p.reads("无人等待 ·") {
		t.Error("a wait is promised where too little is known")
	}
	for i := 1; i < 5; i++ { // closed, full, too late, closed
		p.tap(p.tile(i))
	}
	if len(p.desk.asked) != 0 {
		t.Errorf("asked for %q at services that give no tickets", p.desk.asked)
	}
	p.tap(p.tile(5))
	p.answered()
	p.onScreen(ticket)
}

func TestEverythingIsClosed(t *testing.T) {
	p := newPlay(t, 1280, 800)
	p.show(night(4))
	p.mustRead("本机暂停取号", "现在不办理，周四 09:20 开始")
	p.tap(p.language(1))
	p.mustRead("No tickets here at the moment", "Closed now, opens Thursday at 09:20")
}

func TestTheWaitIsTold(t *testing.T) {
	p := newPlay(t, 1280, 800)
	p.show(bank(4))
	p.desk.wait = Wait{Low: 5, High: 12}
	p.tap(p.tile(1))
	p.answered()
	p.mustRead("A001", "预计等候 5–12 分钟")
	p.tap(p.language(1))
	p.mustRead("Expected wait: 5–12 min")
	p.tap(p.lobby.view.screens[ticket].(*ticketScreen).done)
	p.desk.wait = Wait{}
	p.tap(p.tile(1))
	p.answered()
	p.mustRead("A002", "前面还有 1 人")
	if p.reads("预计") {
		t.Error("a wait is promised where too little is known")
	}
}

func TestRefusedForGood(t *testing.T) {
	for says, err := range map[string]error{"该业务现在不办理": ErrClosed, "该业务的号已取完": ErrFull, "今天来不及为您办理": ErrTooLate} {
		p := newPlay(t, 1280, 800)
		p.show(bank(4))
		p.desk.fail(err)
		p.tap(p.tile(1))
		p.answered()
		p.onScreen(trouble)
		p.mustRead(says)
		screen := p.lobby.view.screens[trouble].(*troubleScreen)
		if screen.again.Visible() {
			t.Errorf("%v: trying again is offered", err)
		}
		p.tap(screen.leave)
		p.onScreen(home)
	}
}

func TestGroups(t *testing.T) {
	p := newPlay(t, 1280, 800)
	p.show(grouped())
	p.mustRead("请选择业务类别", "个人业务", "4 项业务 · 无人等待", "2 项业务 · 9 人等待", "A–H", "E F", "贷款咨询", "对公业务")
	if p.reads("空") || p.reads("个人现金业务") {
		t.Error("an empty group, or a service of a group, is offered")
	}
	p.tap(p.tile(0))
	p.onScreen(home)
	p.mustRead("请选择您要办理的业务", "个人业务", "个人现金业务", "挂失补卡")
	if p.reads("贷款咨询") {
		t.Error("a service of another group is offered")
	}
	p.tapAtOnce(p.tile(0)) // the second tap of an impatient finger
	if len(p.desk.asked) != 0 {
		t.Error("a double tap on a group takes a ticket")
	}
	p.tap(p.lobby.view.actions.leave)
	p.mustRead("请选择业务类别")
	p.tap(p.tile(0))
	p.tap(p.tile(0))
	p.answered()
	p.onScreen(ticket)
	if want := []string{"s0 r2"}; !slices.Equal(p.desk.asked, want) {
		t.Errorf("asked for %q, want %q", p.desk.asked, want)
	}
	p.pass(ticketStays * time.Second)
	p.mustRead("请选择业务类别") // the next customer's
}

func TestAGroupIsLeft(t *testing.T) {
	p := newPlay(t, 1280, 800)
	p.show(grouped())
	p.tap(p.tile(1))
	p.mustRead("外币兑换与跨境汇款")
	p.pass(homeStays * time.Second)
	p.mustRead("请选择业务类别")

	p.tap(p.tile(1))
	s := grouped()
	s.Groups = nil // other rules came into force
	p.show(s)
	p.mustRead("请选择您要办理的业务", "个人现金业务")
	if p.reads("返回") {
		t.Error("there is a way back from no group")
	}
}

func TestChoices(t *testing.T) {
	a, b, c := Service{ID: "a", Group: "1"}, Service{ID: "b", Group: "2"}, Service{ID: "c", Group: "2"}
	one, two := Group{ID: "1"}, Group{ID: "2"}
	say := func(all []choice) string {
		var words []string
		for _, c := range all {
			if c.isGroup() {
				words = append(words, "group "+c.group.ID)
			} else {
				words = append(words, c.services[0].ID)
			}
		}
		return strings.Join(words, ", ")
	}
	for _, test := range []struct {
		name     string
		snapshot Snapshot
		group    string
		want     string
	}{
		{"nothing", Snapshot{}, "", ""},
		{"no groups", Snapshot{Services: []Service{a, b}}, "", "a, b"},
		{"one group", Snapshot{Services: []Service{b, c}, Groups: []Group{two}}, "", "b, c"},
		{"one that has services", Snapshot{Services: []Service{b, c}, Groups: []Group{one, two}}, "", "b, c"},
		{"one of one service", Snapshot{Services: []Service{c, a, b}, Groups: []Group{one, two}}, "", "a, group 2"},
		{"opened", Snapshot{Services: []Service{c, a, b}, Groups: []Group{one, two}}, "2", "c, b"},
		{"opened one that is gone", Snapshot{Services: []Service{c, a, b}, Groups: []Group{one, two}}, "3", "a, group 2"},
		{"unknown groups", Snapshot{Services: []Service{{ID: "d", Group: "9"}, c, a, b}, Groups: []Group{two, one}}, "", "group 2, a, d"},
	} {
		if got := say(test.snapshot.choices(test.group)); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestAGroupWithoutTicketsSaysWhen(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 30, 0, 0, time.UTC)
	for _, test := range []struct {
		services []Service
		want     string
	}{
		{[]Service{{Availability: Full}, {Availability: Closed, Opens: at.Add(2 * time.Hour)}, {Availability: Closed, Opens: at.Add(time.Hour)}},
			"现在不办理，13:30 开始"},
		{[]Service{{Availability: Closed}, {Availability: Full}}, "今日号已取完"},
		{[]Service{{Availability: Closed}, {Availability: Closed}}, "现在不办理"},
		{[]Service{{Availability: Full, Waiting: 7}, {Waiting: 2, Ahead: 5}}, "2 项业务 · 2 人等待"},
	} {
		got := groupOffer(choice{services: test.services}, at, lang.Chinese)
		if want := (widgets.Offer{Detail: test.want}); got != want {
			t.Errorf("%+v: %+v, want %+v", test.services, got, want)
		}
	}
}

// TestCallsDisappear holds that a call that was taken back is not on the screen any more.
func TestCallsDisappear(t *testing.T) {
	p := newPlay(t, 1280, 800)
	s := bank(4)
	p.show(s)
	p.mustRead("A041", "B038")
	s.Called = s.Called[1:2]
	p.show(s)
	p.mustRead("B038")
	if p.reads("A041") {
		t.Error("a call that is gone can be read")
	}
	p.show(Snapshot{Services: s.Services})
	p.mustRead("暂无叫号")
}
