package lang

import "fmt"

// InformationWords are those of what there is to read.
type InformationWords struct {
	Nothing string

	Notices string
	Prices  string
	Pledge  string
	Staff   string
	Hours   string
	Results string

	// The staff board.
	Number  string
	Person  string
	Role    string
	Counter string

	// Opening hours. Weekdays are written out, Sunday first.
	Weekdays  [7]string
	Closed    string
	Always    string
	Otherwise string // days that are otherwise
	Day       func(month, day int, weekday string) string

	// Results of the month before.
	Month     func(year, month int) string
	Ratings   func(count int) string
	Satisfied func(percent int) string
	Aspects   string
	Share     func(count, percent int) string
	Percent   func(percent int) string
}

var informationZh = InformationWords{
	Nothing: "暂无内容",

	Notices: "公告",
	Prices:  "收费标准",
	Pledge:  "服务承诺",
	Staff:   "人员公示",
	Hours:   "营业时间",
	Results: "评价结果",

	Number:  "工号",
	Person:  "姓名",
	Role:    "岗位",
	Counter: "窗口",

	Weekdays:  [7]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"},
	Closed:    "休息",
	Always:    "全天",
	Otherwise: "特别安排",
	Day: func(month, day int, weekday string) string {
		return fmt.Sprintf("%d 月 %d 日（%s）", month, day, weekday)
	},

	Month:     func(year, month int) string { return fmt.Sprintf("%d 年 %d 月", year, month) },
	Ratings:   func(count int) string { return fmt.Sprintf("共 %d 份评价", count) },
	Satisfied: func(percent int) string { return fmt.Sprintf("%d%% 满意或非常满意", percent) },
	Aspects:   "分项满意率",
	Share:     func(count, percent int) string { return fmt.Sprintf("%d 份，%d%%", count, percent) },
	Percent:   func(percent int) string { return fmt.Sprintf("满意 %d%%", percent) },
}

var informationEn = InformationWords{
	Nothing: "Nothing to read yet",

	Notices: "Notices",
	Prices:  "Price list",
	Pledge:  "Our pledge",
	Staff:   "Our staff",
	Hours:   "Opening hours",
	Results: "Your ratings",

	Number:  "Number",
	Person:  "Name",
	Role:    "Work",
	Counter: "Counter",

	Weekdays:  [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	Closed:    "Closed",
	Always:    "All day",
	Otherwise: "Other hours on",
	Day: func(month, day int, weekday string) string {
		return fmt.Sprintf("%s, %d %s", weekday, day, monthsEn[(month+11)%12])
	},

	Month:   func(year, month int) string { return fmt.Sprintf("%s %d", monthsEn[(month+11)%12], year) },
	Ratings: func(count int) string { return fmt.Sprintf("%d ratings", count) },
	Satisfied: func(percent int) string {
		return fmt.Sprintf("%d%% satisfied or very satisfied", percent)
	},
	Aspects: "Satisfied with",
	Share:   func(count, percent int) string { return fmt.Sprintf("%d (%d%%)", count, percent) },
	Percent: func(percent int) string { return fmt.Sprintf("%d%% satisfied", percent) },
}
