package printer

import (
	"fmt"
	"strconv"
	"time"
)

// words are what stands on a ticket in one language.
type words struct {
	number   string
	ahead    string
	people   func(n int) string
	next     string // instead of 0 ahead
	wait     string
	minutes  func(low, high int) string
	taken    string
	booked   string
	page     string
	copyMark func(n int) string
	name     func(Names) string

	test     string
	sentence string
}

var catalogue = map[Language]words{
	Chinese: {
		number:   "您的号码",
		ahead:    "前面等候",
		people:   func(n int) string { return strconv.Itoa(n) + " 人" },
		next:     "下一位就是您",
		wait:     "预计等候",
		minutes:  func(low, high int) string { return span(low, high) + " 分钟" },
		taken:    "取号时间",
		booked:   "预约时间",
		page:     "扫码查看排队进度",
		copyMark: func(n int) string { return fmt.Sprintf("补打 第 %d 张", n) },
		name:     func(n Names) string { return first(n.Zh, n.En) },
		test:     "打印测试",
		sentence: "欢迎光临，请留意叫号。",
	},
	English: {
		number:   "Your number",
		ahead:    "Ahead of you",
		people:   func(n int) string { return strconv.Itoa(n) },
		next:     "You are next",
		wait:     "Expected wait",
		minutes:  func(low, high int) string { return span(low, high) + " min" },
		taken:    "Taken at",
		booked:   "Appointment",
		page:     "Scan to follow the queue",
		copyMark: func(n int) string { return fmt.Sprintf("Copy %d", n) },
		name:     func(n Names) string { return first(n.En, n.Zh) },
		test:     "Test page",
		sentence: "Welcome. Please watch for your number.",
	},
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// span writes a range; one whose ends are the same as one number.
func span(low, high int) string {
	if low == high {
		return strconv.Itoa(low)
	}
	return fmt.Sprintf("%d-%d", low, high)
}

// minutes rounds a wait to whole minutes, outwards: a promise is rather kept than exact.
func minutes(low, high time.Duration) (int, int) {
	return int(low / time.Minute), int((high + time.Minute - 1) / time.Minute)
}
