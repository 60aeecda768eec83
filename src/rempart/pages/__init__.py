"""How every page looks and speaks: base templates, the design system, charts, words for stored values, translations."""
