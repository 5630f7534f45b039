"""Sound as samples: rates, levels, trimming, files, and the stem."""
