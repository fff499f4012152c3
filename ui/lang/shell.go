package lang

import (
	"fmt"
	"strings"
)

// Shell is what the screen says around everything else: the buttons for everybody, the time-out, the paper, the hours.
type Shell struct {
	// The entries beside the services.
	CheckIn, Survey, Complaint, Information string
	// The buttons for everybody.
	Large, Contrast, Low, Speak, Silence, NoVoice string
	// Home leads to the start; the rest announces a time-out and how to go on.
	Home, StillThere, Continue string
	Returns, Dims              func(seconds int) string

	// A long wait: the question, what may be done instead, and the two answers.
	LongWait, JoinQuestion, ComeLater, OrAppointment, Join, JoinNot string

	// A ticket's paper, the code that stands for it, and the button for one more.
	Printing, TakePaper, NotPrinted string
	Scan, PrintAgain                string

	// Closed for all services, out of service, and in the dark.
	Closed, ClosedDo   string
	WeOpen             func(day, clock string) string // day is "" for today
	Out, OutDo, OutWhy string
	Wake               string

	// What could not be done, and what to do instead.
	NotDone, NotDoneDo         string
	UnknownCode, UnknownCodeDo string

	// Read aloud.
	TouchTo func(button string) string
}

var chineseShell = Shell{
	CheckIn: "预约签到", Survey: "服务评价", Complaint: "投诉建议", Information: "服务信息",
	Large: "大字", Contrast: "高对比", Low: "轮椅低位", Speak: "语音播报", Silence: "停止播报", NoVoice: "无法播报",
	Home: "首页", StillThere: "还需要时间吗？", Continue: "继续使用",
	Returns: func(seconds int) string { return fmt.Sprintf("%d 秒后返回首页", seconds) },
	Dims:    func(seconds int) string { return fmt.Sprintf("%d 秒后屏幕变暗", seconds) },

	LongWait: "现在等候时间较长", JoinQuestion: "仍要现在取号吗？", ComeLater: "您也可以稍后或改日再来",
	OrAppointment: "您也可以稍后再来，或先预约、到时签到", Join: "现在取号", JoinNot: "暂不取号",

	Printing: "正在打印小票…", TakePaper: "请取走您的小票", Scan: "扫码查看排队进度",
	PrintAgain: "重新打印", NotPrinted: "小票未能打印。您的号码仍然有效，请记住号码或扫码",

	WeOpen: func(day, clock string) string { return strings.TrimLeft(day+" ", " ") + clock + " 开始营业" },
	Closed: "现在不营业", ClosedDo: "营业后请再来取号",
	Out: "本机暂停服务", OutDo: "请到柜台，由工作人员为您取号和办理", OutWhy: "工作人员请查看本机",
	Wake: "轻触屏幕开始",

	NotDone: "暂时无法完成", NotDoneDo: "请再试一次，或到柜台由工作人员为您办理",
	UnknownCode: "无法识别这个码", UnknownCodeDo: "请确认是本营业厅的预约码或小票上的码，或询问工作人员",

	TouchTo: func(button string) string { return "可以轻触：" + button },
}

var englishShell = Shell{
	CheckIn: "Check in", Survey: "Rate us", Complaint: "Complaints", Information: "Information",
	Large: "Large text", Contrast: "High contrast", Low: "Seated height", Speak: "Read aloud", Silence: "Stop reading", NoVoice: "No sound",
	Home: "Start", StillThere: "Do you need more time?", Continue: "Continue",
	Returns: func(seconds int) string {
		if seconds == 1 {
			return "Back to start in 1 second"
		}
		return fmt.Sprintf("Back to start in %d seconds", seconds)
	},
	Dims: func(seconds int) string {
		if seconds == 1 {
			return "The screen goes dark in 1 second"
		}
		return fmt.Sprintf("The screen goes dark in %d seconds", seconds)
	},

	LongWait: "The wait is long at the moment", JoinQuestion: "Take a ticket all the same?", ComeLater: "You can also come back later or another day",
	OrAppointment: "You can also come back later, or book a time and check in here", Join: "Take a ticket", JoinNot: "Not now",

	Printing: "Printing your ticket…", TakePaper: "Please take your ticket", Scan: "Scan to follow the queue", PrintAgain: "Print again",
	NotPrinted: "Not printed. Your number is valid all the same: please keep it or scan the code",

	WeOpen: func(day, clock string) string {
		if day == "" {
			return "We open at " + clock
		}
		return "We open " + day + " at " + clock
	},
	Closed: "We are closed now", ClosedDo: "Please come back when we are open",
	Out: "This machine is out of service", OutDo: "Please go to a counter: our staff will give you a number and help you",
	OutWhy: "Staff: please look after this machine",
	Wake:   "Touch the screen to start",

	NotDone: "That did not work just now", NotDoneDo: "Please try again, or ask at a counter: our staff will help you",
	UnknownCode: "We do not know this code", UnknownCodeDo: "Please check that it is from this branch: a booking or a ticket. Or ask our staff",

	TouchTo: func(button string) string { return "You can touch: " + button },
}
