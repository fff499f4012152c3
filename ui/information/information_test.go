package information

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"stationkeeper/kiosk/hours"
	"stationkeeper/ui/flow"
	"stationkeeper/ui/flow/flowtest"
	"stationkeeper/ui/lang"
	"stationkeeper/ui/screentest"
	"stationkeeper/ui/survey"
)

func TestMain(m *testing.M) { screentest.Main(m) }

func names(zh, en string) lang.Names { return lang.Names{lang.Chinese: zh, lang.English: en} }

func hour(h float64) time.Duration { return time.Duration(h * float64(time.Hour)) }

// branch is what a branch has to say.
func branch() Pages {
	day := []hours.Span{{From: hour(8.5), To: hour(12)}, {From: hour(13.5), To: hour(17)}}
	week := &hours.Hours{Week: [7][]hours.Span{1: day, 2: day, 3: day, 4: day, 5: day, 6: {{From: hour(9), To: hour(15)}}},
		Days: map[string][]hours.Span{"2026-11-20": nil, "2026-12-24": {{From: hour(8.5), To: hour(12)}}, "2027-01-01": nil, "2027-05-01": nil}}
	p := Pages{
		Notices: []lang.Names{
			names("11 月 28 日（星期六）因系统升级，全天暂停办理社保卡业务，其他业务照常办理。给您带来不便，敬请谅解。",
				"On Saturday, 28 November, social security cards cannot be issued all day because of work on our systems. Everything else is open as usual. We are sorry for the inconvenience."),
			names("请勿向任何人透露短信验证码。我行工作人员不会向您索取密码和验证码。", "Never tell anybody a code that you got by text message. Our staff will not ask for passwords or codes."),
			names("六十五岁以上的顾客可以在大堂接待台领取优先号。", "Customers over 65 may ask for a priority number at the reception."),
		},
		Pledge: []lang.Names{
			names("首问负责：第一位接待您的工作人员负责到底。", "Whoever you ask first sees it through."),
			names("一次告知：办理业务需要的材料一次性说清。", "You are told at once which papers are needed."),
			names("限时办结：简单业务 5 分钟内、复杂业务 20 分钟内办结。", "Simple business takes up to 5 minutes, other business up to 20."),
			names("投诉 2 个工作日内答复。", "Complaints are answered within two working days."),
		},
		Hours: []Opening{
			{Hours: week, Days: map[string]lang.Names{"2026-12-24": names("内部培训", "Staff training"), "2027-01-01": names("元旦", "New Year")}},
			{Names: names("自助服务区", "Self-service area")},
		},
		Results: survey.Results{Month: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), Levels: [5]int{7, 12, 58, 301, 856},
			Aspects: []survey.Aspect{{Names: names("服务效率", "How quickly was it done?"), Levels: [5]int{10, 40, 120, 400, 600}},
				{Names: names("服务水平", "How well did the staff know their work?"), Levels: [5]int{2, 3, 30, 300, 800}},
				{Names: names("服务态度", "How friendly were the staff?"), Levels: [5]int{0, 0, 0, 0, 900}}}},
	}
	for i, g := range []lang.Names{names("账户", "Accounts"), names("转账汇款", "Transfers"), names("其他", "Other")} {
		group := Group{Names: g}
		for j := range 3 + 2*i {
			item := Item{Names: names(fmt.Sprintf("第 %d 项服务", j+1), fmt.Sprintf("Service number %d", j+1)), Price: fmt.Sprintf("¥%d.00", 5*(j+1)),
				Unit: names("笔", "transfer")}
			if j == 1 {
				item.Names = names("跨境汇款（含电报费）", "International transfer, telex fee included")
				item.Price, item.Note = "0.1%", names("最低 ¥50.00，最高 ¥260.00", "at least ¥50.00, at most ¥260.00")
			}
			group.Items = append(group.Items, item)
		}
		p.Prices = append(p.Prices, group)
	}
	for i := range 11 {
		p.Staff = append(p.Staff, Person{Number: fmt.Sprintf("10%02d", i+1), Name: []string{"王芳", "欧阳建国", "李强"}[i%3],
			Role:    []lang.Names{names("综合柜员", "Clerk"), names("大堂经理", "Lobby manager"), names("理财经理", "Investment adviser")}[i%3],
			Counter: names(fmt.Sprintf("%d 号窗口", i+1), fmt.Sprintf("Counter %d", i+1))})
	}
	return p
}

func newPlay(t *testing.T, s flowtest.Setting, p Pages) (*flowtest.Stage, *Flow) {
	t.Helper()
	var f *Flow
	stage := flowtest.New(t, s, func(shell flow.Shell) flow.Flow {
		f = New(shell)
		f.Show(p)
		return f
	})
	return stage, f
}

func TestEveryPageInEveryLook(t *testing.T) {
	for _, setting := range flowtest.Settings() {
		t.Run(setting.Name, func(t *testing.T) {
			stage, f := newPlay(t, setting, branch())
			for _, of := range branch().offered() {
				stage.Tap(f.tabs[of])
				for page := 0; ; page++ {
					look := fmt.Sprintf("information-%s-%d", of, page+1)
					stage.Picture(look)
					t.Run(look, stage.Check)
					if !f.pager.Root.Visible() || !f.pager.Next().Visible() {
						break
					}
					stage.Tap(f.pager.Next())
				}
			}
			stage, _ = newPlay(t, setting, Pages{})
			stage.Picture("information-nothing")
			t.Run("nothing", stage.Check)
		})
	}
}

func (t topic) String() string {
	return [...]string{"notices", "prices", "pledge", "staff", "opening", "results"}[t]
}

// TestNothingIsLeftOut reads every page of every topic and holds that each row is there once.
func TestNothingIsLeftOut(t *testing.T) {
	for _, setting := range flowtest.Settings()[:4] {
		stage, f := newPlay(t, setting, branch())
		for _, of := range branch().offered() {
			stage.Tap(f.tabs[of])
			var read []row
			for {
				for _, l := range f.lines {
					if l.root.Visible() {
						read = append(read, l.row)
					}
				}
				if !f.pager.Root.Visible() || !f.pager.Next().Visible() {
					break
				}
				stage.Tap(f.pager.Next())
			}
			if want := branch().rows(of, stage.Scene()); !slices.Equal(read, want) {
				t.Errorf("%s, %s: read %v, want %v", setting.Name, of, read, want)
			}
		}
	}
}

func TestOpeningHours(t *testing.T) {
	stage, f := newPlay(t, flowtest.Usual, branch())
	stage.Tap(f.tabs[opening])
	stage.MustRead("星期一 – 星期五", "08:30–12:00, 13:30–17:00", "09:00–15:00", "休息")
	var said []string
	for _, r := range branch().rows(opening, stage.Scene()) {
		said = append(said, strings.Join(r.cells[:], "|"))
	}
	all := strings.Join(said, "\n")
	for _, want := range []string{"12 月 24 日（星期四）|内部培训|08:30–12:00", "1 月 1 日（星期五）|元旦|休息", "自助服务区", "星期一 – 星期日||全天|",
		"星期六||09:00–15:00", "星期日||休息"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is missing in\n%s", want, all)
		}
	}
	for _, gone := range []string{"11 月 20 日", "5 月 1 日"} { // past, and too far ahead
		if strings.Contains(all, gone) {
			t.Errorf("%q is there", gone)
		}
	}
}

func TestResultsAddUp(t *testing.T) {
	stage, f := newPlay(t, flowtest.Usual, branch())
	stage.Tap(f.tabs[results])
	stage.MustRead("94% 满意或非常满意", "2026 年 10 月", "共 1234 份评价", "856 份，69%", "7 份，1%")
}

// TestPagesThatAreGone holds that a customer who reads is not shown what is no longer there.
func TestPagesThatAreGone(t *testing.T) {
	stage, f := newPlay(t, flowtest.Usual, branch())
	stage.Tap(f.tabs[prices])
	stage.Tap(f.pager.Next())
	stage.Tap(f.pager.Next())
	less := branch()
	less.Prices[2].Items = nil
	f.Show(less)
	stage.Draw()
	if f.page >= len(f.starts) {
		t.Errorf("page %d of %d", f.page, len(f.starts))
	}
	less.Prices = nil
	f.Show(less)
	stage.Draw()
	if f.topic != notices {
		t.Errorf("topic %v is shown, which is gone", f.topic)
	}
	if f.Back() || f.Private() || f.Scan("A012") {
		t.Error("there is a step back, something private, or use for a ticket")
	}
}

func TestOpenBeginsAnew(t *testing.T) {
	stage, f := newPlay(t, flowtest.Usual, branch())
	stage.Tap(f.tabs[staff])
	stage.Open()
	if f.topic != notices || f.page != 0 {
		t.Errorf("the next customer finds topic %v, page %d", f.topic, f.page)
	}
}

// TestPaginate holds of any rows that every one is on one page, in order, that no page is too high unless it has a single
// row, or headings and one, and that no heading stands alone at the end of a page.
func TestPaginate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		heights := rapid.SliceOfN(rapid.Float32Range(10, 400), 0, 40).Draw(t, "heights")
		headings := rapid.SliceOfN(rapid.Bool(), len(heights), len(heights)).Draw(t, "headings")
		room := rapid.Float32Range(50, 800).Draw(t, "room")
		most := rapid.IntRange(2, 16).Draw(t, "most")
		starts := paginate(heights, headings, room, most)
		if starts[0] != 0 || !slices.IsSorted(starts) || len(slices.Compact(slices.Clone(starts))) != len(starts) {
			t.Fatalf("pages begin at %v", starts)
		}
		for i, from := range starts {
			to := len(heights)
			if i+1 < len(starts) {
				to = starts[i+1]
			}
			high, read := float32(0), 0
			for j := from; j < to; j++ {
				high += heights[j]
				if !headings[j] {
					read++
				}
			}
			if to-from > most {
				t.Fatalf("page %d has %d rows", i, to-from)
			}
			if high > room && read > 1 {
				t.Fatalf("page %d, from %d to %d, is %g high in a room of %g", i, from, to, high, room)
			}
			if to < len(heights) && read > 0 && headings[to-1] {
				t.Fatalf("page %d ends with the heading %d", i, to-1)
			}
		}
	})
}
