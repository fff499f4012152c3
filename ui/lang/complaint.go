package lang

import "fmt"

// ComplaintWords are those of complaints, suggestions and praise.
type ComplaintWords struct {
	Kind           string
	KindSmall      string
	Complaint      string
	ComplaintMore  string
	Suggestion     string
	SuggestionMore string
	Praise         string
	PraiseMore     string
	Phone          string // writing on the telephone
	PhoneMore      string
	PhoneTitle     string
	PhoneText      string
	NoPhone        string // there is no page to write on
	NoPhoneDo      string

	Topic       string
	TopicSmall  string
	NoTopics    string
	NoTopicsDo  string
	Details     string
	DetailsNone string // button while nothing is chosen
	Next        string

	Call      string
	CallSmall string
	CallHint  string
	CallNone  string
	CallOdd   string

	Review      string
	ReviewSmall string
	ReviewKind  string
	ReviewTopic string
	ReviewMore  string
	ReviewCall  string
	Several     func(first string, n int) string // of n details, when they are many
	Nobody      string                           // instead of a number to call
	Nothing     string                           // instead of details
	Change      string
	Send        string

	Failed   string
	FailedDo string

	Done         string
	DonePraise   string
	DoneNumber   string
	AnswerBy     func(month, day int, weekday, clock string) string
	AnswerCalled string // where the number to call was left
	AnswerAsk    string // where it was not
	DoneMore     string // where no case was opened
}

var complaintZh = ComplaintWords{
	Kind:           "您想反映什么？",
	KindSmall:      "投诉、建议与表扬",
	Complaint:      "投诉",
	ComplaintMore:  "有事情没有做好，请你们处理",
	Suggestion:     "建议",
	SuggestionMore: "我有改进的想法",
	Praise:         "表扬",
	PraiseMore:     "有人或有事做得好",
	Phone:          "用手机填写",
	PhoneMore:      "扫二维码，在手机上慢慢写",
	PhoneTitle:     "请用手机扫描二维码",
	PhoneText:      "在手机上写下您的意见，不用站在这里，文字和联系方式都可以填写",
	NoPhone:        "手机填写暂时不可用",
	NoPhoneDo:      "请在本机上选择，或向大堂工作人员当面反映",

	Topic:       "关于哪方面？",
	TopicSmall:  "请选择一项",
	NoTopics:    "这里暂时不能受理",
	NoTopicsDo:  "请向大堂工作人员当面反映",
	Details:     "具体是什么情况？",
	DetailsNone: "都不是，继续",
	Next:        "下一步",

	Call:      "需要我们回电吗？",
	CallSmall: "输入电话号码，也可以不留",
	CallHint:  "手机或带区号的座机",
	CallNone:  "不留电话",
	CallOdd:   "请核对电话号码",

	Review:      "请核对，然后提交",
	ReviewSmall: "提交之前，什么都没有发送",
	ReviewKind:  "类别",
	ReviewTopic: "方面",
	ReviewMore:  "情况",
	ReviewCall:  "回电",
	Several:     func(first string, n int) string { return fmt.Sprintf("%s等 %d 项", first, n) },
	Nobody:      "不需要回电",
	Nothing:     "未选择",
	Change:      "轻触可修改",
	Send:        "提交",

	Failed:   "没有提交成功",
	FailedDo: "请再试一次，或向大堂工作人员当面反映",

	Done:       "已经收到",
	DonePraise: "谢谢您的鼓励",
	DoneNumber: "登记编号",
	AnswerBy: func(month, day int, weekday, clock string) string {
		return fmt.Sprintf("我们将在 %d 月 %d 日（%s）%s 前答复", month, day, weekday, clock)
	},
	AnswerCalled: "届时会拨打您留下的电话，请记下编号",
	AnswerAsk:    "请记下编号，凭编号到柜台询问结果",
	DoneMore:     "我们会认真阅读每一条意见",
}

var complaintEn = ComplaintWords{
	Kind:           "What would you like to tell us?",
	KindSmall:      "Complaints, suggestions, praise",
	Complaint:      "A complaint",
	ComplaintMore:  "Something went wrong, please see to it",
	Suggestion:     "A suggestion",
	SuggestionMore: "I know how it could be better",
	Praise:         "Praise",
	PraiseMore:     "Somebody or something was good",
	Phone:          "Write on my phone",
	PhoneMore:      "Scan a QR code and take your time",
	PhoneTitle:     "Scan this code with your phone",
	PhoneText:      "You can write there in your own words, and need not stand here",
	NoPhone:        "Writing on the phone is not possible just now",
	NoPhoneDo:      "Please choose here, or speak to our staff in the hall",

	Topic:       "What is it about?",
	TopicSmall:  "Please choose one",
	NoTopics:    "Nothing can be noted here just now",
	NoTopicsDo:  "Please speak to our staff in the hall",
	Details:     "What was it?",
	DetailsNone: "None of these",
	Next:        "Continue",

	Call:      "Shall we call you back?",
	CallSmall: "Type a number, or leave it out",
	CallHint:  "Mobile, or with area code",
	CallNone:  "No call, please",
	CallOdd:   "Please check the number",

	Review:      "Is this right?",
	ReviewSmall: "Nothing has been sent yet",
	ReviewKind:  "Kind",
	ReviewTopic: "About",
	ReviewMore:  "What it was",
	ReviewCall:  "Call back",
	Several:     func(first string, n int) string { return fmt.Sprintf("%s and %d more", first, n-1) },
	Nobody:      "No call wanted",
	Nothing:     "Nothing chosen",
	Change:      "Touch to change",
	Send:        "Send",

	Failed:   "It was not sent",
	FailedDo: "Please try again, or speak to our staff in the hall",

	Done:       "We have got it",
	DonePraise: "Thank you for saying so",
	DoneNumber: "Case number",
	AnswerBy: func(month, day int, weekday, clock string) string {
		return fmt.Sprintf("We will answer by %s, %d %s, %s", weekday, day, monthsEn[(month+11)%12], clock)
	},
	AnswerCalled: "We will call the number that you left. Please note the case number",
	AnswerAsk:    "Please note the case number, and ask at a counter",
	DoneMore:     "We read everything that customers tell us",
}
