package survey

// Default is what is asked where head office has sent no questionnaire. It follows GB/T 39735-2020 (guidelines for the
// evaluation of government services) and GB/T 39734-2020 (each visit is rated once, and each matter): five levels of
// satisfaction as a whole; efficiency, skill and attitude by the same levels, as for halls that people come to; and, of
// those who are dissatisfied, reasons by choice.
func Default() *Questionnaire {
	bad := &When{Question: "overall", Scores: []int{1, 2}}
	return &Questionnaire{
		ID: "visit", Version: 1,
		Title: say("您对本次服务满意吗？", "How was your visit today?"),
		Questions: []Question{
			{ID: "overall", Kind: Level, Text: say("总体来说，您满意吗？", "All in all, how satisfied are you?")},
			{ID: "reasons", Kind: Many, Text: say("是什么让您不满意？（可多选）", "What was not good? Choose any."), When: bad, Options: []Option{
				{ID: "wait", Text: say("等候时间太长", "The wait was too long")},
				{ID: "attitude", Text: say("服务态度不好", "Staff were not friendly")},
				{ID: "skill", Text: say("业务不熟练", "Staff did not know how")},
				{ID: "explained", Text: say("没有一次说清", "Not explained at once")},
				{ID: "papers", Text: say("要求多余的材料", "Asked for too many papers")},
				{ID: "unsolved", Text: say("问题没有解决", "It was not solved")},
				{ID: "place", Text: say("环境或设备不好", "The hall or the machines")},
				{ID: "other", Text: say("其他原因", "Something else")},
			}},
			{ID: "efficiency", Kind: Level, Text: say("服务效率", "The speed of the service")},
			{ID: "skill", Kind: Level, Text: say("服务水平", "How well the staff knew their work")},
			{ID: "attitude", Kind: Level, Text: say("服务态度", "The manner of the staff")},
		},
	}
}

func say(zh, en string) Text { return Text{Zh: zh, En: en} }
