"""Monthly and annual reports of new-car dealers (汽车销售月报、年报)."""
