"""What commands print: tables, progress, pages. Plain functions from results to rich renderables."""
