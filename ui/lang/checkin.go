package lang

import (
	"strconv"
	"time"
)

// CheckInWords are those of the check-in of customers who have an appointment.
type CheckInWords struct {
	// The ways to prove that one has an appointment.
	Title    string
	HowSmall string
	// Of each way: a mark, a name, and what is needed for it. WayScan is not touched.
	PhoneMark, Phone, PhoneMore string
	CodeMark, Code, CodeMore    string
	Scan, ScanMore              string

	// Typing: headings, and what stands above and below what is typed.
	TypePhone, PhoneLabel, PhoneNote string
	TypeCode, CodeLabel, CodeNote    string
	Delete, Done                     string
	Letters                          string // key: the other keys

	// Several appointments match.
	Choose, ChooseSmall string
	NoneOfThese         string

	// Why there is no ticket, and what to do instead. EarlyDo is told a day as in When and the time of day.
	Unknown, UnknownDo     string
	Spent, SpentDo         string
	Early                  string
	EarlyDo                func(day, clock string) string
	Late, LateDo           string
	Used, UsedDo           string
	Cancelled, CancelledDo string
	Closed, ClosedDo       string
	IsTicket, IsTicketDo   string // a ticket was scanned
	Foreign, ForeignDo     string // something else was
	Failed, FailedDo       string // the desk did not answer
	Again                  string // button: another attempt
	Ordinary               string // button: take an ordinary ticket
	Home                   string // button

	// SpokenTyped is how many characters have been typed: what they are is not read aloud.
	SpokenTyped func(characters int) string
}

var checkInZh = CheckInWords{
	Title:     "预约签到",
	HowSmall:  "已经预约？请选择一种签到方式",
	PhoneMark: "手机",
	Phone:     "手机号后四位",
	PhoneMore: "预约时留的手机号码",
	CodeMark:  "码",
	Code:      "预约码",
	CodeMore:  "预约成功时给您的字母和数字",
	Scan:      "扫描预约二维码",
	ScanMore:  "随时将二维码对准扫描口，不用点按",

	TypePhone:  "请输入手机号后四位",
	PhoneLabel: "手机号后四位",
	PhoneNote:  "预约时留的手机号码的最后四个数字",
	TypeCode:   "请输入预约码",
	CodeLabel:  "预约码",
	CodeNote:   "不分大写小写，例如 K3F9",
	Delete:     "删除",
	Done:       "确定",
	Letters:    "其他键",

	Choose:      "请选择您的预约",
	ChooseSmall: "有几个预约符合，请点按您的那一个",
	NoneOfThese: "都不是我的",

	Unknown:   "没有找到可以签到的预约",
	UnknownDo: "请核对后再试一次，或者取普通号排队，也可以请工作人员帮忙",
	Spent:     "多次没有找到预约",
	SpentDo:   "请工作人员帮您查找，或者取普通号排队",
	Early:     "还没到签到时间",
	EarlyDo: func(day, clock string) string {
		return "请在" + padded(day) + clock + " 以后来签到，或者现在取普通号排队"
	},
	Late:        "已经过了签到时间",
	LateDo:      "这个预约不能再签到。请取普通号排队，或请工作人员帮忙",
	Used:        "这个预约已经签到过了",
	UsedDo:      "请按您的号码等候叫号；找不到号票，请询问工作人员",
	Cancelled:   "这个预约已经取消",
	CancelledDo: "请取普通号排队，或请工作人员帮忙",
	Closed:      "现在不能签到",
	ClosedDo:    "请在营业时间再来，或询问工作人员",
	IsTicket:    "这是号票，不是预约",
	IsTicketDo:  "您已经在排队了，请留意叫号",
	Foreign:     "这个二维码不能签到",
	ForeignDo:   "请扫描预约二维码，或者用手机号后四位、预约码签到",
	Failed:      "暂时不能签到",
	FailedDo:    "请再试一次，或者取普通号排队，也可以请工作人员帮忙",
	Again:       "重新签到",
	Ordinary:    "取普通号",
	Home:        "返回首页",

	SpokenTyped: func(characters int) string { return "已输入 " + strconv.Itoa(characters) + " 位" },
}

var checkInEn = CheckInWords{
	Title:     "Appointment check-in",
	HowSmall:  "You have an appointment? Choose a way to check in",
	PhoneMark: "Tel",
	Phone:     "Last 4 digits of your phone",
	PhoneMore: "The number that you gave when booking",
	CodeMark:  "Code",
	Code:      "Booking code",
	CodeMore:  "The letters and digits you got when booking",
	Scan:      "Scan the QR code of your booking",
	ScanMore:  "Hold it under the scanner at any time: no need to touch",

	TypePhone:  "Type the last 4 digits of your phone number",
	PhoneLabel: "Last 4 digits",
	PhoneNote:  "Of the phone number that you gave when booking",
	TypeCode:   "Type your booking code",
	CodeLabel:  "Booking code",
	CodeNote:   "Such as K3F9",
	Delete:     "Delete",
	Done:       "OK",
	Letters:    "Other keys",

	Choose:      "Which one is yours?",
	ChooseSmall: "More than one appointment matches: touch yours",
	NoneOfThese: "None of these",

	Unknown:   "No appointment found to check in for",
	UnknownDo: "Please check and try again, take an ordinary ticket, or ask our staff",
	Spent:     "No appointment found after several attempts",
	SpentDo:   "Our staff will look it up for you, or take an ordinary ticket",
	Early:     "It is too early to check in",
	EarlyDo: func(day, clock string) string {
		return "Please check in" + padded(day) + "from " + clock + " on, or take an ordinary ticket now"
	},
	Late:        "It is too late to check in",
	LateDo:      "The time for this appointment is over. Please take an ordinary ticket, or ask our staff",
	Used:        "Already checked in for this appointment",
	UsedDo:      "Please watch for your number to be called. If you have lost your ticket, ask our staff",
	Cancelled:   "This appointment was cancelled",
	CancelledDo: "Please take an ordinary ticket, or ask our staff",
	Closed:      "No check-in at the moment",
	ClosedDo:    "Please come back during opening hours, or ask our staff",
	IsTicket:    "This is a ticket, not a booking",
	IsTicketDo:  "You are in the queue already: please watch for your number to be called",
	Foreign:     "This QR code is not for checking in",
	ForeignDo:   "Please scan the QR code of your booking, or use the last 4 digits of your phone or the booking code",
	Failed:      "We could not check you in",
	FailedDo:    "Please try again, take an ordinary ticket, or ask our staff",
	Again:       "Try again",
	Ordinary:    "Ordinary ticket",
	Home:        "Back to start",

	SpokenTyped: func(characters int) string {
		if characters == 1 {
			return "1 character typed"
		}
		return strconv.Itoa(characters) + " characters typed"
	},
}

// padded puts a word between spaces; without one, a single space remains.
func padded(word string) string {
	if word == "" {
		return " "
	}
	return " " + word + " "
}

// Day names the day of a time as it is said at another, both in the time zone of then: "" for today, tomorrow, the day of
// the week within a week, else the date.
func (c *Catalogue) Day(at, then time.Time) string {
	switch days := days(at.In(then.Location()), then); {
	case days <= 0:
		return ""
	case days == 1:
		return c.Tomorrow
	case days < 7:
		return c.Weekdays[then.Weekday()]
	}
	return c.Date(int(then.Month()), then.Day())
}
