package lang

import (
	"fmt"
	"strings"
)

var chinese = Catalogue{
	Name: "中文",

	Shell: chineseShell,

	Machine:       "自助取号",
	ChooseGroup:   "请选择业务类别",
	ChooseService: "请选择您要办理的业务",
	TouchToTake:   "轻触业务名称即可取号",
	NoServices:    "本机暂停取号",
	NoServicesDo:  "请到柜台，由工作人员为您办理",
	InFront: func(customers int) string {
		if customers == 0 {
			return "无人等待"
		}
		return fmt.Sprintf("前面有 %d 人", customers)
	},
	Before: func(customers int) string {
		if customers == 0 {
			return "无人等待"
		}
		return fmt.Sprintf("前面 %d 人", customers)
	},
	About: func(low, high int) string {
		switch low {
		case 0:
			return fmt.Sprintf("%d 分钟以内", high)
		case high:
			return fmt.Sprintf("约 %d 分钟", high)
		}
		return fmt.Sprintf("约 %d–%d 分钟", low, high)
	},
	Waiting: func(customers int) string {
		if customers == 0 {
			return "无人等待"
		}
		return fmt.Sprintf("%d 人等待", customers)
	},
	Offers:       func(services int) string { return fmt.Sprintf("%d 项业务", services) },
	RateVisit:    "评价服务",
	NextPage:     "下一页",
	PreviousPage: "上一页",
	Page:         func(page, pages int) string { return fmt.Sprintf("第 %d 页，共 %d 页", page, pages) },

	ClosedNow: "现在不办理",
	OpensAt: func(day, clock string) string {
		return "现在不办理，" + strings.TrimLeft(day+" ", " ") + clock + " 开始"
	},
	Tomorrow: "明天",
	Weekdays: [7]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"},
	Date:     func(month, day int) string { return fmt.Sprintf("%d 月 %d 日", month, day) },
	Full:     "今日号已取完",
	FullNow:  "本时段号已取完，请稍后再来",
	TooLate:  "排队已到下班时间，今日不再取号",

	Taking:     "正在处理，请稍候",
	YourTicket: "取号成功",
	YourNumber: "您的号码",
	Ahead: func(customers int) string {
		if customers == 0 {
			return "下一位就是您"
		}
		return fmt.Sprintf("前面还有 %d 人", customers)
	},
	Expect: func(low, high int) string {
		switch low {
		case 0:
			return fmt.Sprintf("预计等候 %d 分钟以内", high)
		case high:
			return fmt.Sprintf("预计等候约 %d 分钟", high)
		}
		return fmt.Sprintf("预计等候 %d–%d 分钟", low, high)
	},
	WatchCalls: "请记住您的号码，留意叫号",
	Done:       "完成",

	NowServing: "正在叫号",
	NoCalls:    "暂无叫号",
	Counter:    func(counter string) string { return counter + " 号窗口" },

	Scores:     [5]string{"非常不满意", "不满意", "一般", "满意", "非常满意"},
	Back:       "返回",
	Thanks:     "感谢您的评价",
	ThanksMore: "您的意见帮助我们改进服务",

	NoTicket:   "暂时无法取号",
	NoTicketDo: "请再试一次，或到柜台由工作人员为您办理",
	NoRating:   "评价未能保存",
	NoRatingDo: "请再试一次，或告诉柜台工作人员",
	TryAgain:   "再试一次",
	IsClosed:   "该业务现在不办理",
	IsClosedDo: "请在营业时间再来，或询问工作人员",
	IsFull:     "该业务的号已取完",
	IsFullDo:   "请稍后或改日再来，或询问工作人员",
	IsLate:     "今天来不及为您办理",
	IsLateDo:   "排队预计超过下班时间，请改日再来，或询问工作人员",

	Survey:      surveyZh,
	Complaint:   complaintZh,
	Information: informationZh,

	CheckIn:  checkInZh,
	Backroom: backroomZh,
	Board:    boardZh,
}
