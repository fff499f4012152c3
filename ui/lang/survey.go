package lang

import "fmt"

// SurveyWords are those of the survey, on the touchscreen and on the terminal that asks for a face.
type SurveyWords struct {
	// Whose visit it is about.
	Whose      string
	WhoseSmall string
	Scan       string
	ScanMore   string
	Type       string
	TypeMore   string
	None       string
	NoneMore   string
	NumberAsk  string // heading of the pad
	NumberHint string // where nothing has been typed
	Find       string
	Erase      string // key that takes back what was typed last
	Others     string // key that shows other keys

	// Why a visit cannot be rated.
	Unknown     string
	UnknownDo   string
	Rated       string
	RatedDo     string
	NotServed   string
	NotServedDo string
	NoAnswer    string // the desk did not answer
	NoAnswerDo  string
	Another     string // button: another number

	// The questions. About says which visit.
	About      func(number, service string) string
	Question   func(n, of int) string
	Voluntary  string
	OneOf      string
	AnyOf      string
	Chosen     string // said of what was chosen, when read aloud
	Skip       string
	Refuse     string // skip of the first question: no rating at all
	Next       string
	Finish     string
	Send       string
	SpokenSkip string

	// The thanks.
	Thanks     string
	ThanksMore string
	CaseNumber string
	CaseMore   string
	LastMonth  func(month, count, percent int) string
	Enough     string // to do at the terminal
	SendsIn    func(seconds int) string
}

var surveyZh = SurveyWords{
	Whose:      "请问评价哪一次服务？",
	WhoseSmall: "自愿参加",
	Scan:       "扫描号票",
	ScanMore:   "将号票上的二维码对准扫描口",
	Type:       "输入票号",
	TypeMore:   "号票上最大的字，例如 A012",
	None:       "没有号票",
	NoneMore:   "不对应某一次服务，直接评价",
	NumberAsk:  "请输入票号",
	NumberHint: "例如 A012",
	Find:       "确定",
	Erase:      "删除",
	Others:     "更多",

	Unknown:     "没有找到这个票号",
	UnknownDo:   "请核对号票上的号码；只能评价今天和昨天的服务",
	Rated:       "这次服务已经评价过了",
	RatedDo:     "每次服务评价一次。如有其他意见，请在首页选择“投诉建议”",
	NotServed:   "这个号还没有办理完",
	NotServedDo: "办理结束后再来评价，谢谢",
	NoAnswer:    "暂时查不到票号",
	NoAnswerDo:  "可以再试一次，或者不用号票直接评价",
	Another:     "重新输入",

	About: func(number, service string) string {
		if service == "" {
			return "号码 " + number
		}
		return "号码 " + number + " · " + service
	},
	Question:   func(n, of int) string { return fmt.Sprintf("第 %d 题，共 %d 题", n, of) },
	Voluntary:  "自愿评价，窗口人员看不到是谁的评价",
	OneOf:      "请选择一项",
	AnyOf:      "可以多选",
	Chosen:     "已选",
	Skip:       "跳过此题",
	Refuse:     "不评价",
	Next:       "下一题",
	Finish:     "到此为止，提交",
	Send:       "提交评价",
	SpokenSkip: "不想回答，请按“跳过此题”",

	Thanks:     "感谢您的评价",
	ThanksMore: "您的意见帮助我们改进服务",
	CaseNumber: "登记编号",
	CaseMore:   "您反映的情况已经登记，会有专人处理。查询时请告知编号",
	LastMonth: func(month, count, percent int) string {
		return fmt.Sprintf("%d 月共收到 %d 份评价，%d%% 表示满意", month, count, percent)
	},
	Enough:  "轻触一个表情即可",
	SendsIn: func(seconds int) string { return fmt.Sprintf("%d 秒后提交您的评价", seconds) },
}

var surveyEn = SurveyWords{
	Whose:      "Which visit is it about?",
	WhoseSmall: "Taking part is up to you",
	Scan:       "Scan your ticket",
	ScanMore:   "Hold its QR code in front of the scanner",
	Type:       "Type its number",
	TypeMore:   "The largest writing on the ticket, such as A012",
	None:       "I have no ticket",
	NoneMore:   "Rate us without naming a visit",
	NumberAsk:  "Your ticket's number",
	NumberHint: "such as A012",
	Find:       "OK",
	Erase:      "Delete",
	Others:     "More",

	Unknown:     "We do not find this number",
	UnknownDo:   "Please compare it with your ticket. Only visits of today and yesterday can be rated",
	Rated:       "This visit has been rated already",
	RatedDo:     "Each visit is rated once. For anything else, choose “Complaints” on the first screen",
	NotServed:   "This number has not been served yet",
	NotServedDo: "Please come back when you are done. Thank you",
	NoAnswer:    "We cannot look up tickets just now",
	NoAnswerDo:  "Please try again, or rate us without a ticket",
	Another:     "Another number",

	About: func(number, service string) string {
		if service == "" {
			return "Number " + number
		}
		return "Number " + number + " · " + service
	},
	Question:   func(n, of int) string { return fmt.Sprintf("Question %d of %d", n, of) },
	Voluntary:  "It is up to you. Counter staff never see who said what",
	OneOf:      "Please choose one",
	AnyOf:      "Choose as many as you like",
	Chosen:     "chosen",
	Skip:       "Skip this question",
	Refuse:     "No rating",
	Next:       "Continue",
	Finish:     "Stop here and send",
	Send:       "Send",
	SpokenSkip: "If you would rather not answer, touch “Skip this question”",

	Thanks:     "Thank you for your rating",
	ThanksMore: "It helps us to serve you better",
	CaseNumber: "Case number",
	CaseMore:   "We have noted what went wrong, and somebody will see to it. Please give this number when you ask about it",
	LastMonth: func(month, count, percent int) string {
		return fmt.Sprintf("%s: %d ratings, %d%% of them satisfied", monthsEn[(month+11)%12], count, percent)
	},
	Enough: "One touch is enough",
	SendsIn: func(seconds int) string {
		if seconds == 1 {
			return "Your rating is sent in 1 second"
		}
		return fmt.Sprintf("Your rating is sent in %d seconds", seconds)
	},
}

// monthsEn are the names of the months, January first.
var monthsEn = [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September",
	"October", "November", "December"}
