package counter

import (
	"net/http"
	"strings"
	"time"
)

// language is one of the two that the page speaks.
type language string

const (
	chinese language = "zh"
	english language = "en"
)

// words are what the page says. Those with a tag are also said by its script.
type words struct {
	Lang      string `json:"lang"`
	OtherLang string `json:"-"` // the language to change to
	OtherName string `json:"-"` // in its own words
	Title     string `json:"-"`
	Choose    string `json:"-"`
	Change    string `json:"-"` // to another counter
	Now       string `json:"-"` // with this customer
	Next      string `json:"-"` // those waiting
	Waited    string `json:"-"`
	Serving   string `json:"-"`
	Today     string `json:"-"`
	Served    string `json:"-"`
	Left      string `json:"-"`
	MeanWait  string `json:"-"`
	Unknown   string `json:"-"` // there is no such counter
	NoScript  string `json:"-"`
	AllKinds  string `json:"-"` // a counter for every service

	Free       string            `json:"free"` // no customer at this counter
	Busy       string            `json:"-"`
	Call       string            `json:"call"`
	FinishCall string            `json:"finishCall"`
	Finish     string            `json:"finish"`
	Recall     string            `json:"recall"`
	NoShow     string            `json:"noShow"`
	Sure       string            `json:"sure"` // the no-show button, once pressed
	Nobody     string            `json:"nobody"`
	Minutes    string            `json:"minutes"`
	More       string            `json:"more"`
	Connecting string            `json:"connecting"`
	Connected  string            `json:"connected"`
	Lost       string            `json:"lost"`
	Unsure     string            `json:"unsure"` // no answer came
	Sending    string            `json:"sending"`
	Done       map[string]string `json:"done"`   // by command
	Errors     map[string]string `json:"errors"` // by the code of a refusal
	Failed     string            `json:"failed"`
}

var catalogue = map[language]words{
	chinese: {
		Lang: "zh-CN", OtherLang: "en", OtherName: "English",
		Title: "窗口叫号", Choose: "请选择您的窗口", Change: "更换窗口", Now: "当前客户", Next: "等候名单",
		Waited: "等候时长", Serving: "办理时长", Today: "今日", Served: "已办理", Left: "已离开", MeanWait: "平均等候",
		Unknown: "没有这个窗口", NoScript: "本页面需要启用 JavaScript。", AllKinds: "全部业务",
		Free: "空闲", Busy: "办理中", Call: "呼叫下一位", FinishCall: "办结并呼叫下一位", Finish: "办结", Recall: "再次呼叫", NoShow: "未到",
		Sure: "再按一次确认未到", Nobody: "目前无人等候", Minutes: "{n} 分钟", More: "另有 {n} 位",
		Connecting: "正在连接…", Connected: "已连接", Lost: "与叫号机的连接已中断，正在重新连接…",
		Unsure: "没有收到答复。再按一次同一按钮即可，不会重复执行。", Sending: "正在发送…",
		Done: map[string]string{"call": "已呼叫 {number}", "recall": "已再次呼叫 {number}", "finish": "{number} 已办结", "no-show": "{number} 已记为未到"},
		Errors: map[string]string{
			"nobody-waiting": "目前无人等候。", "counter-busy": "窗口还有客户，请先办结。", "counter-idle": "窗口没有客户。",
			"other-ticket": "窗口的客户已经改变，请看清后再操作。", "not-waiting": "该客户已不在等候。", "not-written": "无法写入记录，操作没有执行，请重试。",
			"unknown-counter": "没有这个窗口。",
		},
		Failed: "操作没有执行：{message}",
	},
	english: {
		Lang: "en", OtherLang: "zh", OtherName: "中文",
		Title: "Counter", Choose: "Choose your counter", Change: "Change counter", Now: "With you now", Next: "Waiting",
		Waited: "Waited", Serving: "Serving for", Today: "Today", Served: "served", Left: "left", MeanWait: "mean wait",
		Unknown: "There is no such counter", NoScript: "This page needs JavaScript.", AllKinds: "All services",
		Free: "Free", Busy: "Serving", Call: "Call next", FinishCall: "Finish and call next", Finish: "Finish", Recall: "Call again", NoShow: "No-show",
		Sure: "Press again: no-show", Nobody: "Nobody is waiting", Minutes: "{n} min", More: "{n} more",
		Connecting: "Connecting…", Connected: "Connected", Lost: "The kiosk cannot be reached. Trying again…",
		Unsure: "No answer came. Press the same button again; nothing is done twice.", Sending: "Sending…",
		Done: map[string]string{"call": "{number} has been called", "recall": "{number} has been called again", "finish": "{number} is finished", "no-show": "{number} is noted as a no-show"},
		Errors: map[string]string{
			"nobody-waiting": "Nobody is waiting.", "counter-busy": "The counter still has a customer. Finish first.", "counter-idle": "The counter has no customer.",
			"other-ticket": "The counter has another customer by now. Look again.", "not-waiting": "This customer is no longer waiting.",
			"not-written":     "It could not be written down, so nothing was done. Try again.",
			"unknown-counter": "There is no such counter.",
		},
		Failed: "Nothing was done: {message}",
	},
}

const languageCookie = "language"

// languageOf is what the clerk chose, else the first of the two that the browser asks for, else Chinese.
func languageOf(r *http.Request) language {
	if cookie, err := r.Cookie(languageCookie); err == nil {
		if _, ok := catalogue[language(cookie.Value)]; ok {
			return language(cookie.Value)
		}
	}
	for _, wanted := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(wanted)), "-")
		tag, _, _ = strings.Cut(tag, ";")
		if _, ok := catalogue[language(tag)]; ok {
			return language(tag)
		}
	}
	return chinese
}

// speak keeps the choice of a language in a cookie, and goes back to the counter that it was made at.
func (s *server) speak(w http.ResponseWriter, r *http.Request) {
	chosen := language(r.PathValue("language"))
	if _, ok := catalogue[chosen]; !ok {
		http.NotFound(w, r)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: string(chosen), Path: "/", SameSite: http.SameSiteLaxMode,
		HttpOnly: true, Secure: r.TLS != nil, MaxAge: int(365 * 24 * time.Hour / time.Second)})
	back := "/"
	if counter := r.URL.Query().Get("counter"); counter != "" {
		back = counterPath(counter)
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// of picks a name in this language.
func (l language) of(n Name) string {
	if l == english {
		return n.En
	}
	return n.Zh
}
