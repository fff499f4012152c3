package lang

import (
	"fmt"
	"strconv"
)

// BackroomWords are those of the screen for staff.
type BackroomWords struct {
	// Who somebody is.
	Title, TitleSmall      string
	NumberLabel            string
	NumberNote             string
	PINLabel, PINNote      string
	Delete, Done, OtherKey string
	Denied, DeniedDo       string
	TooMany                string
	TooManyDo              func(clock string) string
	Again, Home            string

	// How things are.
	Hello   func(name string) string
	Printer string
	Paper   string
	Network string
	Disk    string
	Sound   string
	Program string
	// States of what is well, warned, broken, absent, or not known.
	Well, Warned, Broken, Absent, Unknown string
	// Reasons why the printer does not print, or soon will not; OtherReason is for those that are not among them.
	PaperOut, NearEnd, CoverOpen, Offline, NoAnswer, OtherReason string
	PaperLeft                                                    func(metres string) string
	PaperDays                                                    func(days string) string // said after PaperLeft
	Connected                                                    func(since string) string
	NotConnected                                                 func(since string) string
	Records                                                      func(count int) string // that wait for head office
	Free                                                         func(free, size string) string
	Since                                                        func(version, since string) string

	// What can be done.
	NewRoll, Reprint, TestPrint, SoundTest, Log, Refresh, Restart, ShutDown, Leave, Lock string

	// The last tickets, and the log.
	Tickets, TicketsSmall, NoTickets string
	LogTitle, LogSmall, NoLog        string
	Warning, Error                   string

	// Asked once more.
	SureRoll, SureRollMore         string
	SureRestart, SureRestartMore   string
	SureShutDown, SureShutDownMore string
	SureLeave, SureLeaveMore       string
	Yes, No                        string

	// How it went.
	RollNoted, RollNotedMore     string
	Reprinted                    func(number string) string
	ReprintedMore                string
	TestPrinted, TestPrintedMore string
	Sounded, SoundedMore         string
	Stopping, StoppingMore       string // it restarts, shuts down, or leaves
	NotAllowed, NotAllowedMore   string
	NotDone, NotDoneMore         string
	OK                           string
}

var backroomZh = BackroomWords{
	Title:       "工作人员",
	TitleSmall:  "本页仅供本站工作人员使用",
	NumberLabel: "工号",
	NumberNote:  "请输入您的工号",
	PINLabel:    "密码",
	PINNote:     "请输入您的密码，屏幕上只显示圆点",
	Delete:      "删除",
	Done:        "确定",
	OtherKey:    "其他键",
	Denied:      "工号或密码不对",
	DeniedDo:    "请核对后再试。多次输错会暂停一段时间",
	TooMany:     "输错次数过多",
	TooManyDo:   func(clock string) string { return "请在 " + clock + " 以后再试" },
	Again:       "重新输入",
	Home:        "返回首页",

	Hello:       func(name string) string { return name + "，本机状态" },
	Printer:     "打印机",
	Paper:       "纸卷",
	Network:     "总部连接",
	Disk:        "磁盘",
	Sound:       "声音",
	Program:     "程序",
	Well:        "正常",
	Warned:      "请留意",
	Broken:      "故障",
	Absent:      "没有",
	Unknown:     "未知",
	PaperOut:    "缺纸",
	NearEnd:     "纸快用完",
	CoverOpen:   "上盖打开",
	Offline:     "未连接",
	NoAnswer:    "没有应答",
	OtherReason: "有故障，详见日志",
	PaperLeft:   func(metres string) string { return "约剩 " + metres + " 米" },
	PaperDays:   func(days string) string { return "够用约 " + days + " 天" },
	Connected:   func(since string) string { return "已连接，自 " + since },
	NotConnected: func(since string) string {
		if since == "" {
			return "未连接"
		}
		return "未连接，自 " + since
	},
	Records: func(count int) string {
		if count == 0 {
			return "记录已全部上传"
		}
		return fmt.Sprintf("%d 条记录待上传", count)
	},
	Free:  func(free, size string) string { return "剩余 " + free + "，共 " + size },
	Since: func(version, since string) string { return version + "，自 " + since + " 运行" },

	NewRoll:   "已换纸卷",
	Reprint:   "补打号票",
	TestPrint: "打印测试",
	SoundTest: "声音测试",
	Log:       "日志",
	Refresh:   "刷新",
	Restart:   "重启程序",
	ShutDown:  "关机",
	Leave:     "退出到桌面",
	Lock:      "锁定",

	Tickets:      "补打号票",
	TicketsSmall: "最近取的号，点按即打印",
	NoTickets:    "最近没有取号",
	LogTitle:     "日志",
	LogSmall:     "最近的警告和错误，新的在前",
	NoLog:        "没有警告和错误",
	Warning:      "警告",
	Error:        "错误",

	SureRoll:         "确实换上了新纸卷吗？",
	SureRollMore:     "剩余纸量将从一整卷重新计算",
	SureRestart:      "确实要重启程序吗？",
	SureRestartMore:  "几秒钟后恢复，排队不受影响",
	SureShutDown:     "确实要关机吗？",
	SureShutDownMore: "关机后顾客不能取号，要在现场按电源键才能再开机",
	SureLeave:        "确实要退出到桌面吗？",
	SureLeaveMore:    "退出后顾客不能取号，直到再次启动本程序",
	Yes:              "是",
	No:               "否",

	RollNoted:       "已记录新纸卷",
	RollNotedMore:   "可以打印测试，看看纸装得是否正确",
	Reprinted:       func(number string) string { return number + " 已送去打印" },
	ReprintedMore:   "请在出票口取",
	TestPrinted:     "测试页已送去打印",
	TestPrintedMore: "请在出票口取，检查文字和二维码是否清楚",
	Sounded:         "测试语音已播放",
	SoundedMore:     "听不到时，请检查音箱的电源和音量",
	Stopping:        "正在执行",
	StoppingMore:    "请稍候",
	NotAllowed:      "您没有这个权限",
	NotAllowedMore:  "请联系本站负责人",
	NotDone:         "没有成功",
	NotDoneMore:     "原因见日志，可以再试一次",
	OK:              "知道了",
}

var backroomEn = BackroomWords{
	Title:       "Staff",
	TitleSmall:  "For the staff of this station only",
	NumberLabel: "Staff number",
	NumberNote:  "Type your staff number",
	PINLabel:    "PIN",
	PINNote:     "Type your PIN: only dots are shown",
	Delete:      "Delete",
	Done:        "OK",
	OtherKey:    "Other keys",
	Denied:      "Number or PIN is wrong",
	DeniedDo:    "Please check and try again. After several wrong attempts there is a pause",
	TooMany:     "Too many wrong attempts",
	TooManyDo:   func(clock string) string { return "Please try again after " + clock },
	Again:       "Try again",
	Home:        "Back to start",

	Hello:       func(name string) string { return name + ": how the machine is" },
	Printer:     "Printer",
	Paper:       "Paper",
	Network:     "Head office",
	Disk:        "Disk",
	Sound:       "Sound",
	Program:     "Program",
	Well:        "All well",
	Warned:      "Needs attention",
	Broken:      "Fault",
	Absent:      "None",
	Unknown:     "Not known",
	PaperOut:    "Out of paper",
	NearEnd:     "Paper nearly used up",
	CoverOpen:   "Cover open",
	Offline:     "Not connected",
	NoAnswer:    "Does not answer",
	OtherReason: "Fault, see the log",
	PaperLeft:   func(metres string) string { return "about " + metres + " m left" },
	PaperDays: func(days string) string {
		if days == "1" {
			return "enough for about 1 day"
		}
		return "enough for about " + days + " days"
	},
	Connected: func(since string) string { return "Connected since " + since },
	NotConnected: func(since string) string {
		if since == "" {
			return "Not connected"
		}
		return "Not connected since " + since
	},
	Records: func(count int) string {
		switch count {
		case 0:
			return "all records sent"
		case 1:
			return "1 record waits"
		}
		return strconv.Itoa(count) + " records wait"
	},
	Free:  func(free, size string) string { return free + " of " + size + " free" },
	Since: func(version, since string) string { return version + ", running since " + since },

	NewRoll:   "Roll replaced",
	Reprint:   "Reprint ticket",
	TestPrint: "Test print",
	SoundTest: "Sound test",
	Log:       "Log",
	Refresh:   "Refresh",
	Restart:   "Restart program",
	ShutDown:  "Shut down",
	Leave:     "Leave to desktop",
	Lock:      "Lock",

	Tickets:      "Reprint a ticket",
	TicketsSmall: "The last tickets taken: touch one to print it",
	NoTickets:    "No tickets were taken lately",
	LogTitle:     "Log",
	LogSmall:     "The last warnings and errors, latest first",
	NoLog:        "No warnings and no errors",
	Warning:      "Warning",
	Error:        "Error",

	SureRoll:         "Is there a new roll of paper in?",
	SureRollMore:     "What is left will be counted from a full roll",
	SureRestart:      "Restart the program?",
	SureRestartMore:  "It is back in a few seconds. The queue stays as it is",
	SureShutDown:     "Shut the machine down?",
	SureShutDownMore: "Customers can take no tickets until somebody presses its power button",
	SureLeave:        "Leave to the desktop?",
	SureLeaveMore:    "Customers can take no tickets until the program is started again",
	Yes:              "Yes",
	No:               "No",

	RollNoted:       "The new roll is noted",
	RollNotedMore:   "A test print shows whether the paper is in correctly",
	Reprinted:       func(number string) string { return number + " is being printed" },
	ReprintedMore:   "Please take it from the slot",
	TestPrinted:     "The test is being printed",
	TestPrintedMore: "Check that its text and its QR code are clear",
	Sounded:         "The test was played",
	SoundedMore:     "If you heard nothing, check the power and the volume of the loudspeaker",
	Stopping:        "On its way",
	StoppingMore:    "One moment, please",
	NotAllowed:      "You may not do this",
	NotAllowedMore:  "Please ask whoever is in charge of the station",
	NotDone:         "It did not work",
	NotDoneMore:     "The log says why. You can try again",
	OK:              "OK",
}
