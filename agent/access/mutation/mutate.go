package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
)

// switchboard is the file that is added to the package: what the mutated code asks. Its names are such that no rules have.
const switchboard = `package %s

import (
	"cmp"
	"os"
	"strconv"
)

var mutantAlive, _ = strconv.Atoi(os.Getenv("MUTANT"))

func mutantIs(n int) bool { return mutantAlive == n }

func mutantLess[T cmp.Ordered](n int, a, b T) bool    { return a < b || mutantIs(n) && a == b }
func mutantMost[T cmp.Ordered](n int, a, b T) bool    { return a < b || !mutantIs(n) && a == b }
func mutantMore[T cmp.Ordered](n int, a, b T) bool    { return a > b || mutantIs(n) && a == b }
func mutantLeast[T cmp.Ordered](n int, a, b T) bool   { return a > b || !mutantIs(n) && a == b }
func mutantAnd(n int, a bool, b func() bool) bool     { if mutantIs(n) { return a || b() }; return a && b() }
func mutantOr(n int, a bool, b func() bool) bool      { if mutantIs(n) { return a && b() }; return a || b() }

type mutantNumber interface { ~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64 }

func mutantPlus[T mutantNumber](n int, a, b T) T      { if mutantIs(n) { return a - b }; return a + b }
func mutantMinus[T mutantNumber](n int, a, b T) T     { if mutantIs(n) { return a + b }; return a - b }
func mutantConstant[T mutantNumber](n int, v T) T {
	switch mutantAlive {
	case n:
		return v + 1
	case n + 1:
		return v - 1
	}
	return v
}

var _ = []any{mutantIs, mutantLess[int], mutantMost[int], mutantMore[int], mutantLeast[int], mutantAnd, mutantOr, mutantPlus[int], mutantMinus[int], mutantConstant[int]}
`

// operators are those that are changed, what stands for them, and what they become.
var operators = map[token.Token]struct{ call, becomes string }{
	token.LSS:  {"mutantLess", "<="},
	token.LEQ:  {"mutantMost", "<"},
	token.GTR:  {"mutantMore", ">="},
	token.GEQ:  {"mutantLeast", ">"},
	token.ADD:  {"mutantPlus", "-"},
	token.SUB:  {"mutantMinus", "+"},
	token.LAND: {"mutantAnd", "||"},
	token.LOR:  {"mutantOr", "&&"},
}

// edit is text put into a file at an offset, in the place of what follows.
type edit struct {
	at, drops int
	text      string
	closes    bool
}

// mutator puts all mutants into one file.
type mutator struct {
	*rules
	fset  *token.FileSet
	info  *types.Info
	pkg   *types.Package
	file  string
	text  []byte
	edits []edit
	where string // function
	stack []ast.Node
	seen  map[string]int
}

func (m *mutator) mutate(file *ast.File) []byte {
	for _, declaration := range file.Decls {
		f, ok := declaration.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		m.where, m.stack = f.Name.Name, []ast.Node{file, f}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			if n == nil {
				m.leave(m.stack[len(m.stack)-1])
				m.stack = m.stack[:len(m.stack)-1]
				return true
			}
			m.stack = append(m.stack, n)
			if _, isType := n.(*ast.ArrayType); isType || m.constant(n) {
				m.stack = m.stack[:len(m.stack)-1]
				return false
			}
			m.enter(n)
			return true
		})
	}
	return m.apply()
}

// constant reports whether a node must stay one: a declaration of constants, or of types.
func (m *mutator) constant(n ast.Node) bool {
	d, ok := n.(*ast.GenDecl)
	return ok && d.Tok != token.VAR
}

func (m *mutator) apply() []byte {
	// Of edits at one place, ends come before beginnings; they are in the order of the tree otherwise.
	slices.SortStableFunc(m.edits, func(a, b edit) int {
		if a.at != b.at {
			return a.at - b.at
		}
		switch {
		case a.closes == b.closes:
			return 0
		case a.closes:
			return -1
		}
		return 1
	})
	var out []byte
	last := 0
	for _, e := range m.edits {
		out = append(append(out, m.text[last:e.at]...), e.text...)
		last = e.at + e.drops
	}
	return append(out, m.text[last:]...)
}

func (m *mutator) offset(p token.Pos) int { return m.fset.Position(p).Offset }

func (m *mutator) open(p token.Pos, format string, a ...any) {
	m.edits = append(m.edits, edit{at: m.offset(p), text: fmt.Sprintf(format, a...)})
}

func (m *mutator) shut(p token.Pos, text string) {
	m.edits = append(m.edits, edit{at: m.offset(p), text: text, closes: true})
}

// new names a mutant: by what becomes of a piece of code, and which of those that are called alike it is.
func (m *mutator) new(n ast.Node, change string) int {
	name := fmt.Sprintf("%s %s: %s", filepath.Base(m.file), m.where, change)
	if m.seen[name]++; m.seen[name] > 1 {
		name += fmt.Sprintf(" (%d)", m.seen[name])
	}
	id := len(m.mutants) + 1
	position := m.fset.Position(n.Pos())
	m.mutants = append(m.mutants, mutant{id, name, fmt.Sprintf("%s:%d", position.Filename, position.Line)})
	return id
}

// code is a node as it is written, on one line.
func (m *mutator) code(n ast.Node) string {
	text := strings.Join(strings.Fields(string(m.text[m.offset(n.Pos()):m.offset(n.End())])), " ")
	if runes := []rune(text); len(runes) > 100 {
		return string(runes[:100]) + "…"
	}
	return text
}

// around is the code that a node is a part of.
func (m *mutator) around() string { return m.code(m.stack[len(m.stack)-2]) }

func (m *mutator) enter(n ast.Node) {
	if e, ok := n.(ast.Expr); ok && m.decides(e) {
		m.open(e.Pos(), "(mutantIs(%d) != (", m.new(e, "not "+m.code(e)))
	}
	switch n := n.(type) {
	case ast.Stmt:
		m.statement(n)
	case *ast.BinaryExpr:
		m.binary(n)
	case *ast.BasicLit:
		m.number(n)
	}
}

func (m *mutator) leave(n ast.Node) {
	switch n := n.(type) {
	case ast.Stmt:
		if m.droppable(n) {
			m.shut(n.End(), " }")
		}
	case *ast.BinaryExpr:
		if op, ok := m.operator(n); ok && (op == token.LAND || op == token.LOR) {
			m.shut(n.End(), ") })")
		} else if ok {
			m.shut(n.End(), ")")
		}
	case *ast.BasicLit:
		if m.isNumber(n) {
			m.shut(n.End(), "))")
		}
	}
	if e, ok := n.(ast.Expr); ok && m.decides(e) {
		m.shut(e.End(), "))")
	}
}

// decides reports whether an expression is a condition, the like of one, or a word for one.
func (m *mutator) decides(e ast.Expr) bool {
	if t := m.info.Types[e]; !t.IsValue() || !types.Identical(t.Type.Underlying(), types.Typ[types.Bool]) && t.Type != types.Typ[types.UntypedBool] {
		return false
	}
	switch parent := m.stack[len(m.stack)-2].(type) {
	case *ast.IfStmt:
		return parent.Cond == e
	case *ast.ForStmt:
		return parent.Cond == e
	case *ast.CaseClause:
		return slices.Contains(parent.List, e)
	case *ast.ReturnStmt, *ast.CallExpr, *ast.AssignStmt, *ast.KeyValueExpr, *ast.BinaryExpr:
		if assigned, ok := parent.(*ast.AssignStmt); ok && slices.Contains(assigned.Lhs, e) {
			return false
		}
		if pair, ok := parent.(*ast.KeyValueExpr); ok && pair.Key == e {
			return false
		}
		word, isWord := e.(*ast.Ident)
		if isWord && (word.Name == "true" || word.Name == "false") {
			return true
		}
		comparison, isComparison := e.(*ast.BinaryExpr)
		return isComparison && (comparison.Op == token.EQL || comparison.Op == token.NEQ)
	}
	return false
}

// operator is that of an expression that is worked out when the program runs.
func (m *mutator) operator(b *ast.BinaryExpr) (token.Token, bool) {
	if t := m.info.Types[b]; t.Value != nil {
		return 0, false
	}
	if b.Op == token.ADD || b.Op == token.SUB {
		basic, ok := m.info.Types[b].Type.Underlying().(*types.Basic)
		return b.Op, ok && basic.Info()&types.IsNumeric != 0
	}
	_, ok := operators[b.Op]
	return b.Op, ok
}

func (m *mutator) binary(b *ast.BinaryExpr) {
	op, ok := m.operator(b)
	if !ok {
		return
	}
	o := operators[op]
	m.open(b.Pos(), "%s(%d, ", o.call, m.new(b, fmt.Sprintf("%s becomes %s in %s", op, o.becomes, m.code(b))))
	comma := ", "
	if op == token.LAND || op == token.LOR {
		comma = ", func() bool { return ("
	}
	m.edits = append(m.edits, edit{at: m.offset(b.OpPos), drops: len(op.String()), text: comma})
}

func (m *mutator) isNumber(l *ast.BasicLit) bool {
	t := m.info.Types[l].Type
	if l.Kind != token.INT || t == nil {
		return false
	}
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsNumeric != 0
}

func (m *mutator) number(l *ast.BasicLit) {
	if !m.isNumber(l) {
		return
	}
	of := types.Default(m.info.Types[l].Type)
	name := types.TypeString(of, func(p *types.Package) string {
		if p == m.pkg {
			return ""
		}
		return p.Name()
	})
	id := m.new(l, l.Value+" becomes one more in "+m.around())
	m.new(l, l.Value+" becomes one less in "+m.around())
	m.open(l.Pos(), "mutantConstant(%d, %s(", id, name)
}

// droppable reports whether a statement may be left out without the package ceasing to compile.
func (m *mutator) droppable(s ast.Stmt) bool {
	var list []ast.Stmt
	switch parent := m.stack[len(m.stack)-2].(type) {
	case *ast.BlockStmt:
		list = parent.List
	case *ast.CaseClause:
		list = parent.Body
	}
	if !slices.Contains(list, s) {
		return false
	}
	switch s := s.(type) {
	case *ast.ExprStmt, *ast.IncDecStmt:
		return true
	case *ast.AssignStmt:
		return s.Tok != token.DEFINE
	case *ast.BranchStmt:
		return s.Tok != token.FALLTHROUGH
	case *ast.ReturnStmt:
		return m.goesOn()
	}
	return false
}

// goesOn reports whether the function has more to do after the statement that the stack ends with, if that did not return.
func (m *mutator) goesOn() bool {
	branch, ok := m.stack[len(m.stack)-3].(*ast.IfStmt)
	if !ok || branch.Else != nil {
		return false
	}
	block, ok := m.stack[len(m.stack)-4].(*ast.BlockStmt)
	return ok && block.List[len(block.List)-1] != ast.Stmt(branch)
}

func (m *mutator) statement(s ast.Stmt) {
	if m.droppable(s) {
		m.open(s.Pos(), "if !mutantIs(%d) { ", m.new(s, "without "+m.code(s)))
	}
}
