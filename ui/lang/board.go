package lang

import (
	"fmt"
	"time"
)

// BoardWords are what the board above the counters says. It shows all languages at once.
type BoardWords struct {
	Calling string // a number that is being called now
	Latest  string // the same place, once it has been announced
	Last    string // calls before
	Waiting string // by service
	Nobody  string // no call yet
	Again   string // called another time
	People  func(n int) string
	About   func(low, high int) string // minutes of waiting
	None    string                     // the service gives no tickets now
	Full    string                     // it gives no more today
	Lost    func(clock string) string  // the kiosk is not reached: everything is as of then
	NoVoice string                     // calls are shown, but not heard
	// Date is that of a day; weekday is 0 on Sundays.
	Date func(year, month, day, weekday int) string
}

var boardZh = BoardWords{
	Calling: "正在呼叫",
	Latest:  "最新叫号",
	Last:    "最近呼叫",
	Waiting: "等候情况",
	Nobody:  "请留意叫号",
	Again:   "再次呼叫",
	People:  func(n int) string { return fmt.Sprintf("%d 人", n) },
	About: func(low, high int) string {
		if low <= 0 || low >= high {
			return fmt.Sprintf("%d 分钟以内", max(1, high))
		}
		return fmt.Sprintf("约 %d–%d 分钟", low, high)
	},
	None:    "暂不取号",
	Full:    "今日已满",
	Lost:    func(clock string) string { return "连接中断，显示 " + clock + " 的情况" },
	NoVoice: "语音不可用",
	Date: func(year, month, day, weekday int) string {
		days := [7]string{"日", "一", "二", "三", "四", "五", "六"}
		return fmt.Sprintf("%d年%d月%d日 星期%s", year, month, day, days[weekday%7])
	},
}

var boardEn = BoardWords{
	Calling: "Now calling",
	Latest:  "Latest call",
	Last:    "Last calls",
	Waiting: "Waiting",
	Nobody:  "Please wait for your number",
	Again:   "Called again",
	People:  func(n int) string { return fmt.Sprintf("%d waiting", n) },
	About: func(low, high int) string {
		if low <= 0 || low >= high {
			return fmt.Sprintf("within %d min", max(1, high))
		}
		return fmt.Sprintf("about %d–%d min", low, high)
	},
	None:    "closed now",
	Full:    "full today",
	Lost:    func(clock string) string { return "Not connected; as of " + clock },
	NoVoice: "No voice",
	Date: func(year, month, day, weekday int) string {
		return fmt.Sprintf("%s, %d %s %d", time.Weekday(weekday%7), day, time.Month(month), year)
	},
}
