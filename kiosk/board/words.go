package board

import (
	"strconv"
	"strings"

	"stationkeeper/kiosk/web"
)

// language is one of the two that the pages speak.
type language string

const (
	chinese language = "zh"
	english language = "en"
)

// of picks a name in this language.
func (l language) of(n web.Name) string {
	if l == english {
		return n.En
	}
	return n.Zh
}

// both is a text of a television, which shows the two together.
type both struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// boardWords are what a television says. Those with a name in JSON are also said by its script.
type boardWords struct {
	Heading  both `json:"-"` // of the page, for a place without a name
	Calling  both `json:"-"`
	Latest   both `json:"-"` // the same place, once it has been announced
	Last     both `json:"-"`
	Counters both `json:"-"`
	Waiting  both `json:"-"`
	SoundOn  both `json:"-"` // the button that asks for a touch
	NoScript both `json:"-"`

	Nobody  both `json:"nobody"` // no call yet
	Free    both `json:"free"`
	Paused  both `json:"paused"`
	Closed  both `json:"closed"` // all counters
	People  both `json:"people"`
	Minutes both `json:"minutes"`
	Under   both `json:"under"`
	None    both `json:"none"` // the service gives no tickets now
	Full    both `json:"full"`
	Again   both `json:"again"`
	Lost    both `json:"lost"`
	NoVoice both `json:"noVoice"`
	// Days are Sunday to Saturday, Months January to December; Date has {y}, {m}, {d} and {day}.
	DaysZh []string `json:"daysZh"`
	DaysEn []string `json:"daysEn"`
	Months []string `json:"monthsEn"`
	Date   both     `json:"date"`
}

var television = boardWords{
	Heading:  both{"排队叫号", "Queue"},
	Calling:  both{"正在呼叫", "Now calling"},
	Latest:   both{"最新叫号", "Latest call"},
	Last:     both{"最近呼叫", "Last calls"},
	Counters: both{"窗口", "Counters"},
	Waiting:  both{"等候情况", "Waiting"},
	SoundOn:  both{"轻触屏幕或按任意键开启声音", "Touch the screen or press any key to switch the sound on"},
	NoScript: both{"本页面需要启用 JavaScript。", "This page needs JavaScript."},
	Nobody:   both{"请留意叫号", "Please wait for your number"},
	Free:     both{"空闲", "free"},
	Paused:   both{"暂停", "paused"},
	Closed:   both{"窗口暂未开放", "No counter is open at present"},
	People:   both{"{n} 人", "{n} waiting"},
	Minutes:  both{"约 {low}–{high} 分钟", "about {low}–{high} min"},
	Under:    both{"{high} 分钟以内", "within {high} min"},
	None:     both{"暂不取号", "closed now"},
	Full:     both{"今日已满", "full today"},
	Again:    both{"再次呼叫", "Called again"},
	Lost:     both{"连接中断，显示 {time} 的情况", "Not connected; as of {time}"},
	NoVoice:  both{"语音不可用", "No voice"},
	DaysZh:   []string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"},
	DaysEn:   []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	Months:   []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	Date:     both{"{y}年{m}月{d}日 {day}", "{day}, {d} {month} {y}"},
}

// telephoneWords are what a telephone says.
type telephoneWords struct {
	Lang      string `json:"lang"`
	OtherLang string `json:"-"`
	OtherName string `json:"-"` // in its own words
	Number    string `json:"-"`
	AheadOf   string `json:"-"`
	Expected  string `json:"-"`
	NoScript  string `json:"-"`
	Unknown   string `json:"-"` // there is no such ticket
	Why       string `json:"-"` // what may be the reason
	Alert     string `json:"-"` // the button that allows sound
	Rate      string `json:"-"` // leads to the questionnaire, when the visit is over

	People  string            `json:"people"`
	Minutes string            `json:"minutes"`
	Under   string            `json:"under"`
	AsOf    string            `json:"asOf"`
	NoWait  string            `json:"noWait"` // too little is known for a promise
	Next    string            `json:"next"`   // nobody is before
	Alerts  string            `json:"alerts"` // that button, once pressed
	Lost    string            `json:"lost"`
	States  map[string]string `json:"states"`  // headlines by state; {counter} is the counter's name
	Advice  map[string]string `json:"advice"`  // what to do, by state
	Reasons map[string]string `json:"reasons"` // headlines of tickets left, by reason
	Calling string            `json:"calling"` // the tab's title when called
}

// headline says in a few words how a ticket stands.
func (w telephoneWords) headline(v ticketView) string {
	if text, ok := w.Reasons[v.Reason]; ok && v.State == "left" {
		return text
	}
	counter := v.Counter.Zh
	if w.Lang == "en" {
		counter = v.Counter.En
	}
	return strings.ReplaceAll(w.States[v.State], "{counter}", counter)
}

// wait is what is expected, in words.
func (w telephoneWords) wait(v waitView) string {
	switch {
	case !v.Known:
		return w.NoWait
	case v.Low > 0 && v.Low < v.High:
		return strings.NewReplacer("{low}", strconv.Itoa(v.Low), "{high}", strconv.Itoa(v.High)).Replace(w.Minutes)
	}
	return strings.ReplaceAll(w.Under, "{high}", strconv.Itoa(max(1, v.High)))
}

var telephone = map[language]telephoneWords{
	chinese: {
		Lang: "zh-CN", OtherLang: "en", OtherName: "English",
		Number: "您的号码", AheadOf: "前面还有", Expected: "预计等候", NoScript: "请刷新页面查看最新情况。",
		Unknown: "没有找到这张号票", Why: "链接可能不完整，或号票已过期。请重新扫描号票上的二维码，或向工作人员询问。",
		Alert: "开启铃声和振动提醒", Rate: "评价本次服务",
		People: "{n} 人", Minutes: "约 {low}–{high} 分钟", Under: "{high} 分钟以内", AsOf: "{time} 更新", NoWait: "暂时无法预计，请留意叫号", Next: "下一位就是您",
		Alerts: "提醒已开启，请保持本页打开", Lost: "连接中断，正在重新连接…",
		States:  map[string]string{"waiting": "请等候叫号", "called": "请到 {counter}", "held": "已暂存，请按工作人员的指引办理", "served": "已办理完毕，谢谢", "left": "号票已结束"},
		Advice:  map[string]string{"waiting": "请不要离开大厅太远。", "called": "轮到您了，请尽快前往。", "held": "办好后会再次呼叫您。", "served": "", "left": "如仍需办理，请重新取号。"},
		Reasons: map[string]string{"gave-up": "您已放弃等候", "no-show": "已过号", "hold-ended": "暂存已结束", "day-end": "今日营业已结束"},
		Calling: "请到窗口",
	},
	english: {
		Lang: "en", OtherLang: "zh", OtherName: "中文",
		Number: "Your number", AheadOf: "Ahead of you", Expected: "Expected wait", NoScript: "Reload the page to see what is new.",
		Unknown: "This ticket was not found", Why: "The link may be incomplete, or the ticket may be from another day. Scan the code on your ticket again, or ask the staff.",
		Alert: "Switch on sound and vibration", Rate: "Rate this visit",
		People: "{n}", Minutes: "about {low}–{high} min", Under: "within {high} min", AsOf: "as of {time}", NoWait: "Cannot be told yet; please wait for your number", Next: "You are next",
		Alerts: "Alerts are on; keep this page open", Lost: "Connection lost, trying again…",
		States:  map[string]string{"waiting": "Please wait for your number", "called": "Please go to {counter}", "held": "Set aside: please do as the staff told you", "served": "All done, thank you", "left": "This ticket has ended"},
		Advice:  map[string]string{"waiting": "Please stay near the hall.", "called": "It is your turn.", "held": "You will be called again afterwards.", "served": "", "left": "If you still need us, please take a new ticket."},
		Reasons: map[string]string{"gave-up": "You gave up waiting", "no-show": "You were called and missed it", "hold-ended": "Your ticket was set aside and has ended", "day-end": "We are closed for today"},
		Calling: "Please come",
	},
}
