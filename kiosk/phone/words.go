package phone

import (
	"net/http"
	"strings"

	"stationkeeper/kiosk/bilingual"
	"stationkeeper/kiosk/cases"
	"stationkeeper/kiosk/survey"
)

// words are what the pages say, in one language.
type words struct {
	Code, Tag string // ISO 639-1, and the tag of the page
	Other     string // the other language's code, and its name in its own words
	OtherName string

	Back     string // to the ticket's page
	Optional string
	Send     string
	Mend     string // above what is wrong
	Trouble  string // what was sent could not be written down
	Changed  string // the questions are others now
	TooLong  string // more than the pages take at all

	// The rating.
	Rate      string
	About     string // what the rating is for, and who sees it
	Overall   string // the level is missing
	Misread   string // a form that no page of ours sends
	Levels    [survey.VerySatisfied + 1]string
	Any       string // several may be chosen
	IfLevel   string // the lead of a question that is not asked of everybody; {what}
	Or        string
	Leave     string // without rating
	Thanks    string
	ThanksFor string
	Rated     string
	RatedWhy  string
	Early     string
	EarlyWhy  string
	Left      string
	LeftWhy   string
	Unknown   string
	Why       string

	// Writing.
	Write     string
	Kind      string
	Kinds     map[string]string
	KindGone  string // none is chosen
	Topic     string
	TopicGone string
	Details   string
	Text      string
	TextHint  string
	TextLong  string // {n} characters too many
	TextGone  string // of a suggestion without a topic
	Left1000  string // {n} characters are left
	Phone     string
	PhoneHint string
	PhoneBad  string
	Private   string
	Filed     string
	Number    string
	Due       string // {time}
	FiledWhy  string // of what opens no case
	Again     string
	Expired   string
	ExpiredDo string
	UsedUp    string
	UsedUpDo  string
}

var languages = map[string]words{
	bilingual.Chinese: {
		Code: "zh", Tag: "zh-CN", Other: "en", OtherName: "English",
		Back: "返回号票", Optional: "可不填", Send: "提交", Mend: "请看一下：",
		Trouble: "抱歉，没能记录下来。您填写的内容还在，请稍后再提交，或告诉工作人员。",
		Changed: "问题刚刚更新了，请再看一遍后提交。", TooLong: "内容太长，无法提交。请返回上一页，缩短后再试。",
		Rate: "评价本次服务", About: "自愿评价。为您服务的工作人员看不到您的评价。", Overall: "请选择总体满意程度。", Misread: "有一项没有看懂，请重新选择。",
		Levels: [6]string{"", "非常不满意", "不满意", "基本满意", "满意", "非常满意"},
		Any:    "可多选", IfLevel: "如选择“{what}”，请回答", Or: "”或“", Leave: "不评价，返回",
		Thanks: "谢谢您的评价", ThanksFor: "您的评价已记录。", Rated: "本次服务已评价", RatedWhy: "每次服务评价一次。谢谢您！",
		Early: "业务还没有办完", EarlyWhy: "办理完毕后，可以在这里评价。", Left: "这张号票没有办理业务", LeftWhy: "办理过业务的号票才能评价。如有意见，请告诉工作人员，或在大厅的触摸屏上填写。",
		Unknown: "没有找到这张号票", Why: "链接可能不完整，或号票已过期。请重新扫描号票上的二维码，或向工作人员询问。",
		Write: "投诉与建议", Kind: "您想说的是", Kinds: map[string]string{cases.Complaint: "投诉", cases.Suggestion: "建议", cases.Praise: "表扬"}, KindGone: "请选择投诉、建议或表扬。",
		Topic: "关于什么", TopicGone: "请选择投诉的是哪方面。", Details: "具体是什么（可多选）",
		Text: "您的话", TextHint: "最多 1000 字。请不要填写身份证号、账号或密码。", TextLong: "文字超出 {n} 个字，请缩短。", TextGone: "请写下您的话，或选择一个方面。", Left1000: "还可输入 {n} 字",
		Phone: "回复电话", PhoneHint: "需要答复时请填写，只用于回复您。", PhoneBad: "电话号码应为 5 至 15 位数字。",
		Private: "您的话由负责人处理，窗口工作人员看不到。",
		Filed:   "已收到，谢谢您", Number: "受理编号", Due: "我们将在 {time} 前处理。请保存受理编号，以便查询。", FiledWhy: "您的话已记录，并报送总部。",
		Again: "再写一条", Expired: "这个链接已失效", ExpiredDo: "链接只在 24 小时内有效。请在大厅的触摸屏上重新扫描二维码，或告诉工作人员。",
		UsedUp: "这个链接已不能再提交", UsedUpDo: "每个链接最多提交三次。请在大厅的触摸屏上重新扫描二维码，或告诉工作人员。",
	},
	bilingual.English: {
		Code: "en", Tag: "en", Other: "zh", OtherName: "中文",
		Back: "Back to the ticket", Optional: "optional", Send: "Send", Mend: "Please have a look:",
		Trouble: "Sorry, this could not be written down. What you entered is still here: send it again in a moment, or tell the staff.",
		Changed: "The questions have just changed. Please have another look before you send them.", TooLong: "This is too long to be sent. Go back, shorten it, and try again.",
		Rate: "Rate this visit", About: "Rating is voluntary. The staff who served you cannot see what you say.", Overall: "Please choose how satisfied you are all in all.", Misread: "One of the answers could not be read. Please choose again.",
		Levels: [6]string{"", "Very dissatisfied", "Dissatisfied", "Fairly satisfied", "Satisfied", "Very satisfied"},
		Any:    "choose any", IfLevel: "If you chose “{what}”", Or: "” or “", Leave: "Do not rate, go back",
		Thanks: "Thank you for rating", ThanksFor: "Your rating has been written down.", Rated: "This visit has been rated", RatedWhy: "Each visit is rated once. Thank you!",
		Early: "Your visit is not over yet", EarlyWhy: "You can rate it here when it is.", Left: "Nothing was done with this ticket", LeftWhy: "Only a visit that took place can be rated. If something was wrong, tell the staff, or use the touchscreen in the hall.",
		Unknown: "This ticket was not found", Why: "The link may be incomplete, or the ticket may be from another day. Scan the code on your ticket again, or ask the staff.",
		Write: "Complaints and suggestions", Kind: "What it is", Kinds: map[string]string{cases.Complaint: "Complaint", cases.Suggestion: "Suggestion", cases.Praise: "Praise"}, KindGone: "Please choose complaint, suggestion or praise.",
		Topic: "What it is about", TopicGone: "Please choose what the complaint is about.", Details: "what exactly? Choose any.",
		Text: "Your words", TextHint: "At most 1000 characters. Please do not give identity card or account numbers, or passwords.", TextLong: "The text is {n} characters too long. Please shorten it.", TextGone: "Please write something, or choose what it is about.", Left1000: "{n} characters left",
		Phone: "Telephone for an answer", PhoneHint: "If you want an answer; used for nothing else.", PhoneBad: "A telephone number has 5 to 15 digits.",
		Private: "Whoever is responsible deals with it. The staff at the counters cannot see it.",
		Filed:   "Received, thank you", Number: "Your reference", Due: "We deal with it by {time}. Keep the reference to ask about it.", FiledWhy: "Your words have been written down, and head office reads them.",
		Again: "Write another one", Expired: "This link has expired", ExpiredDo: "A link is good for 24 hours. Scan the code on the touchscreen in the hall again, or tell the staff.",
		UsedUp: "Nothing more can be sent with this link", UsedUpDo: "At most three messages can be sent with one link. Scan the code on the touchscreen in the hall again, or tell the staff.",
	},
}

// languageOf is the one that the address asks for, else the first of the two that the browser does, else Chinese. It is
// kept nowhere but in the address.
func languageOf(r *http.Request) words {
	wanted := append(r.URL.Query()["lang"], strings.Split(r.Header.Get("Accept-Language"), ",")...)
	for _, tag := range wanted {
		tag, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), ";")
		tag, _, _ = strings.Cut(tag, "-")
		if w, ok := languages[tag]; ok {
			return w
		}
	}
	return languages[bilingual.Chinese]
}
