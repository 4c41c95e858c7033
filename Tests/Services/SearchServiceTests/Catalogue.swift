/// A small board of animals to search in.
enum Catalogue {
    static let lines = #"""
        {"id":"A1","name":"*Bella","species":"DOG","primaryColor":"BLACK","secondaryColor":"TAN","sex":"Female",\#
        "intakeOn":"2024-03-01","jurisdiction":"Austin","description":"A gentle black labrador who loves children."}
        {"id":"A2","name":"Max","species":"DOG","primaryColor":"BROWN","sex":"Male",\#
        "intakeOn":"2024-02-01","outcomeOn":"2024-02-20","outcomeType":"ADOPTION","jurisdiction":"Austin",\#
        "description":"Salt AND pepper, bella says the keeper."}
        {"id":"A3","name":"Bella Luna","species":"CAT","primaryColor":"BLACK","sex":"Female",\#
        "intakeOn":"2024-01-15","jurisdiction":"Travis County"}
        {"id":"A4","species":"CAT","primaryColor":"ORANGE TABBY","secondaryColor":"BLACK","sex":"Male",\#
        "intakeOn":"2024-03-01"}
        {"id":"A5","name":"Zoë","species":"BIRD","primaryColor":"GREEN"}

        """#
}
