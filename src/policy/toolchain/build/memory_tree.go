package main

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// memoryTree is a read-only file system over a map of relative paths; directories follow from the paths.
type memoryTree map[string]string

func newMemoryTree(files map[string]string) memoryTree {
	tree := make(memoryTree, len(files))
	for name, text := range files {
		tree[cleanPath(name)] = text
	}
	return tree
}

func cleanPath(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }

func (t memoryTree) Open(name string) (fs.File, error) {
	name = cleanPath(name)
	if text, ok := t[name]; ok {
		return &openFile{strings.NewReader(text), entry{name: path.Base(name), size: int64(len(text))}}, nil
	}
	prefix := name + "/"
	if name == "" {
		prefix = ""
	}
	children := map[string]entry{}
	for p, text := range t {
		if rest, ok := strings.CutPrefix(p, prefix); ok {
			first, _, deeper := strings.Cut(rest, "/")
			children[first] = entry{name: first, dir: deeper, size: int64(len(text))}
		}
	}
	if len(children) == 0 && name != "" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	list := make([]fs.DirEntry, 0, len(children))
	for _, child := range children {
		list = append(list, child)
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return &openDir{entry{name: path.Base("/" + name), dir: true}, list}, nil
}

type openFile struct {
	*strings.Reader
	info entry
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }

type openDir struct {
	info entry
	rest []fs.DirEntry
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *openDir) Read([]byte) (int, error)   { return 0, fs.ErrInvalid }
func (d *openDir) Close() error               { return nil }
func (d *openDir) ReadDir(int) ([]fs.DirEntry, error) {
	list := d.rest
	d.rest = nil
	return list, nil
}

// entry is both a directory entry and its own file info.
type entry struct {
	name string
	size int64
	dir  bool
}

func (e entry) Name() string               { return e.name }
func (e entry) Size() int64                { return e.size }
func (e entry) ModTime() time.Time         { return time.Time{} }
func (e entry) IsDir() bool                { return e.dir }
func (e entry) Sys() any                   { return nil }
func (e entry) Type() fs.FileMode          { return e.Mode().Type() }
func (e entry) Info() (fs.FileInfo, error) { return e, nil }
func (e entry) Mode() fs.FileMode {
	if e.dir {
		return fs.ModeDir | 0o755
	}
	return 0o644
}
