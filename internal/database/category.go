package database

import (
	"context"
	"fmt"

	"matinee/internal/errs"
	"matinee/internal/ids"
	"matinee/internal/library"
)

// Categories lists all categories, by name.
func (s *Library) Categories(ctx context.Context) (list []library.Category, err error) {
	err = s.db.View(ctx, func(tx *Tx) error {
		list, err = many(ctx, tx, scanCategory, `SELECT `+categoryColumns+categoryTables+` ORDER BY c.name, c.slug`)
		return err
	})
	return list, err
}

const (
	categoryColumns = `c.id, c.slug, c.name, COALESCE(p.slug, ''), c.created_at`
	categoryTables  = ` FROM category c LEFT JOIN category p ON p.id = c.parent_id`
)

func scanCategory(r row) (c library.Category, err error) {
	var created int64
	err = r.Scan(&c.ID, &c.Slug, &c.Name, &c.Parent, &created)
	c.CreatedAt = fromMicros(created)
	return c, err
}

// CreateCategory adds a category.
func (s *Library) CreateCategory(ctx context.Context, c library.Category) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		if err := lockCategories(ctx, tx); err != nil {
			return err
		}
		n, err := one(ctx, tx, scanInt64, `SELECT COUNT(*) FROM category`)
		if err != nil {
			return fmt.Errorf("count categories: %w", err)
		}
		if n >= library.MaxCategories {
			return errs.New(errs.Conflict, "too_many_categories", "There can be %d categories. Remove one first.", library.MaxCategories)
		}
		parent, err := categoryID(ctx, tx, c.Parent, "body.parent")
		if err != nil {
			return err
		}
		inserted, err := tx.Exec(ctx, `
			INSERT INTO category (id, slug, name, parent_id, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (slug) DO NOTHING`,
			string(c.ID), c.Slug, c.Name, optionalText(parent), micros(c.CreatedAt))
		if err != nil {
			return fmt.Errorf("insert category: %w", err)
		}
		if inserted == 0 {
			return errSlugTaken()
		}
		return checkTree(ctx, tx)
	})
}

// UpdateCategory changes the category with this slug and returns it.
func (s *Library) UpdateCategory(ctx context.Context, slug string, p library.CategoryPatch) (c library.Category, err error) {
	err = s.db.Update(ctx, func(tx *Tx) error {
		if err := lockCategories(ctx, tx); err != nil {
			return err
		}
		before, err := categoryBySlug(ctx, tx, slug)
		if err != nil {
			return err
		}
		c = patchedCategory(before, p)
		parent, err := categoryID(ctx, tx, c.Parent, "body.parent")
		if err != nil {
			return err
		}
		taken, err := one(ctx, tx, scanInt64, `SELECT COUNT(*) FROM category WHERE slug = ? AND id <> ?`, c.Slug, string(c.ID))
		if err != nil {
			return fmt.Errorf("look for the slug: %w", err)
		}
		if taken > 0 {
			return errSlugTaken()
		}
		_, err = tx.Exec(ctx, `UPDATE category SET slug = ?, name = ?, parent_id = ? WHERE id = ?`, c.Slug, c.Name, optionalText(parent), string(c.ID))
		if err != nil {
			return fmt.Errorf("update category: %w", err)
		}
		if err := checkTree(ctx, tx); err != nil {
			return err
		}
		c, err = categoryBySlug(ctx, tx, c.Slug)
		return err
	})
	return c, err
}

func patchedCategory(c library.Category, p library.CategoryPatch) library.Category {
	if p.Slug != nil {
		c.Slug = *p.Slug
	}
	if p.Name != nil {
		c.Name = *p.Name
	}
	if p.Parent != nil {
		c.Parent = *p.Parent
	}
	return c
}

// DeleteCategory removes a category. Its videos have none afterwards; the categories within it move one up.
func (s *Library) DeleteCategory(ctx context.Context, slug string) error {
	return s.db.Update(ctx, func(tx *Tx) error {
		if err := lockCategories(ctx, tx); err != nil {
			return err
		}
		c, err := categoryBySlug(ctx, tx, slug)
		if err != nil {
			return err
		}
		parent, err := categoryID(ctx, tx, c.Parent, "body.parent")
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE category SET parent_id = ? WHERE parent_id = ?`, optionalText(parent), string(c.ID)); err != nil {
			return fmt.Errorf("move categories up: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE video SET category_id = NULL WHERE category_id = ?`, string(c.ID)); err != nil {
			return fmt.Errorf("take videos out: %w", err)
		}
		_, err = tx.Exec(ctx, `DELETE FROM category WHERE id = ?`, string(c.ID))
		return err
	})
}

// lockCategories makes this transaction wait for every other that changes the tree, and the next wait for it.
func lockCategories(ctx context.Context, tx *Tx) error {
	_, err := tx.Exec(ctx, `UPDATE category_tree SET changes = changes + 1 WHERE id = 1`)
	return err
}

func categoryBySlug(ctx context.Context, tx *Tx, slug string) (library.Category, error) {
	c, err := one(ctx, tx, scanCategory, `SELECT `+categoryColumns+categoryTables+` WHERE c.slug = ?`, slug)
	if errs.Is(err, errs.NotFound) {
		err = errs.Missing("category")
	}
	return c, err
}

// categoryID finds the category that a part of a request names, "" for none.
func categoryID(ctx context.Context, tx *Tx, slug, location string) (ids.CategoryID, error) {
	if slug == "" {
		return "", nil
	}
	id, err := one(ctx, tx, scanOne[ids.CategoryID], `SELECT id FROM category WHERE slug = ?`, slug)
	if errs.Is(err, errs.NotFound) {
		err = library.ErrUnknownCategory(location)
	}
	return id, err
}

// checkTree refuses a tree that closes a circle or is too deep. There are few enough categories to look at all.
func checkTree(ctx context.Context, tx *Tx) error {
	all, err := many(ctx, tx, scanCategory, `SELECT `+categoryColumns+categoryTables)
	if err != nil {
		return fmt.Errorf("read categories: %w", err)
	}
	parents := map[string]string{}
	for _, c := range all {
		parents[c.Slug] = c.Parent
	}
	for slug := range parents {
		depth := 0
		for at := slug; at != ""; at = parents[at] {
			if depth++; depth > library.MaxCategoryDepth {
				return errs.InvalidField("body.parent", "Categories may lie %d deep, and none within itself.", library.MaxCategoryDepth)
			}
		}
	}
	return nil
}

func errSlugTaken() error {
	return errs.New(errs.Conflict, "slug_taken", "There is a category with this slug already.")
}
